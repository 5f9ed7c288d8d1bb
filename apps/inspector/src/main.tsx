import { render } from 'preact'
import { App } from './app.tsx'
import { filesFromAddress } from './open-from-address.ts'
import { during, engine, openModel } from './state.ts'
import './style.css'

const root = document.getElementById('app')
if (root) render(<App />, root)
void during('Fetching the model', () => filesFromAddress(location.hash)).then((files) =>
  files && files.length > 0 ? openModel(files) : undefined,
)
// The engine is there by the time a model is dropped.
setTimeout(() => engine.start(), 0)
// Only where it is served as a site; a development server would be cached for good.
if ('serviceWorker' in navigator && import.meta.env?.PROD) {
  navigator.serviceWorker.register('./sw.js').catch(() => undefined)
}
