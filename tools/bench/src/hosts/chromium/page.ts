/** The page in which `chromium.ts` has contestants measured: it answers the request that the server holds. */
import type { TimedEnvironment } from '../../measure/model-run.ts'
import { reasonOf } from '../../measure/reason.ts'
import { answer } from '../answer.ts'
import type { HostRequest } from '../host.ts'

declare const location: { readonly origin: string }

const environment: TimedEnvironment = {
  importDotplus: () => import('@dotplus/browser'),
  importPeer: <Module>(name: string) => import(`/peers/${name}.js`) as Promise<Module>,
  peerFolder: assetsOf,
  peerAssets: assetsOf,
  readBytes: async (file) => {
    const response = await fetch(`/files${file}`)
    if (!response.ok) throw new Error(`${file}: status ${response.status}`)
    return new Uint8Array(await response.arrayBuffer())
  },
  fileAddress: (file) => `/files${file}`,
  collectGarbage: () => (globalThis as { gc?: (options: object) => void }).gc?.({ type: 'minor' }),
  onProgress: (text) => console.log(text),
}

function assetsOf(name: string): string {
  return `${location.origin}/modules/${name}/dist/`
}

const request = (await (await fetch('/request')).json()) as HostRequest
const reply = await answer(request, environment).then(
  (result) => ({ result }),
  (error: unknown) => ({ failure: reasonOf(error) }),
)
await fetch('/reply', { method: 'POST', body: JSON.stringify(reply) })
