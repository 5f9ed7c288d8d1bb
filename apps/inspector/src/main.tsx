import { render } from 'preact'
import { App } from './app.tsx'
import './style.css'

const root = document.getElementById('app')
if (root) render(<App />, root)
// Only where it is served as a site; a development server would be cached for good.
if ('serviceWorker' in navigator && import.meta.env?.PROD) {
  navigator.serviceWorker.register('./sw.js').catch(() => undefined)
}
