/** The process in which `hosts/node.ts` has contestants measured: one request in, one result out. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../contestants/contestant.ts'
import { contestants } from '../contestants/index.ts'
import { coldStart } from '../measure/cold-start.ts'
import type { RunSettings } from '../measure/model-run.ts'
import { runModel } from '../measure/model-run.ts'
import { reasonOf } from '../measure/reason.ts'
import type { PreparedModel } from '../models/model.ts'

export type NodeRequest =
  | {
      readonly kind: 'run'
      readonly model: PreparedModel
      readonly contestants: readonly string[]
      readonly settings: RunSettings
    }
  | { readonly kind: 'cold-start'; readonly model: PreparedModel; readonly contestant: string }

export type NodeReply =
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'failure'; readonly reason: string }

interface PeerModule {
  importPeer(name: string): Promise<unknown>
  resolvePeer(name: string): string
}

const { importPeer, resolvePeer } = (await import(
  new URL('../../peers/import.mjs', import.meta.url).href
)) as PeerModule

const environment: Environment = {
  importDotplus: () => import('@dotplus/node'),
  importPeer: async <Module>(name: string) => {
    const module = (await importPeer(name)) as Module & { default?: Module }
    return module.default ?? module // CommonJS packages arrive as a default export
  },
  peerFolder: (name) => fileURLToPath(new URL('.', resolvePeer(name))),
  readBytes: (file) => readFile(file),
}

process.once('message', (request: NodeRequest) => {
  answer(request)
    .then((result) => finish({ kind: 'result', result }))
    .catch((error: unknown) => finish({ kind: 'failure', reason: reasonOf(error) }))
})

async function answer(request: NodeRequest): Promise<unknown> {
  if (request.kind === 'cold-start') {
    const contestant = contestants.find(({ id }) => id === request.contestant)
    if (!contestant) throw new RangeError(`no contestant ${request.contestant}`)
    return coldStart(request.model, contestant, environment)
  }
  const chosen = contestants.filter(({ id }) => request.contestants.includes(id))
  const timed = {
    ...environment,
    collectGarbage: () => globalThis.gc?.({ type: 'minor' }),
    onProgress: (text: string) => process.send?.({ kind: 'progress', text } satisfies NodeReply),
  }
  return runModel(request.model, chosen, timed, request.settings)
}

/** Ends the process even if a contestant has left timers or threads behind. */
function finish(reply: NodeReply): void {
  process.send?.(reply, () => process.exit())
}
