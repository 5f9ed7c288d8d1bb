import { DotplusError } from '@dotplus/core'
import { exportFile } from './export.ts'
import { describeLayer } from './layer.ts'
import { openFiles, type Session } from './open.ts'
import { compareWithKeras } from './parity.ts'
import type { Engine, EngineReply, EngineRequest, Problem } from './protocol.ts'
import { profileLayers, runModel, showIntermediate } from './run.ts'
import { graphLayout } from './graph.ts'

declare const self: {
  addEventListener(type: 'message', listener: (event: MessageEvent<EngineRequest>) => void): void
  postMessage(message: EngineReply): void
}

type Handlers = {
  readonly [Method in keyof Engine]: (
    ...args: Parameters<Engine[Method]>
  ) => ReturnType<Engine[Method]> | Promise<ReturnType<Engine[Method]>>
}

let session: Session | undefined
/** The request before. */
let last: Promise<unknown> = Promise.resolve()

function opened(): Session {
  if (!session) throw new Error('no model is open')
  return session
}

function handlersOf(id: number): Handlers {
  return {
    ready: () => undefined,
    async open(files, options) {
      session?.dispose()
      session = undefined
      session = await openFiles(files, options, (done, total) =>
        self.postMessage({ id, kind: 'progress', done, total }),
      )
      return session.opened
    },
    layout: (unfolded) => graphLayout(opened(), unfolded),
    layer: (name) => describeLayer(opened(), name),
    run: (inputs, settings) => runModel(opened(), inputs, settings),
    intermediate: (layer) => showIntermediate(opened(), layer),
    profile: () => profileLayers(opened()),
    parity: (file) => compareWithKeras(opened(), file),
    export: (kind, unfolded, tensor) => exportFile(opened(), kind, unfolded, tensor),
  }
}

self.addEventListener('message', ({ data: { id, method, args } }) => {
  // One after the other: what comes after `open` is about the model that it opens.
  const answered = last.then(() => answer(id, method, args))
  last = answered.catch(() => undefined)
  answered.then(
    (result) => self.postMessage({ id, kind: 'result', result }),
    (error: unknown) => self.postMessage({ id, kind: 'failure', problems: problemsIn(error) }),
  )
})

async function answer(
  id: number,
  method: keyof Engine,
  args: readonly unknown[],
): Promise<unknown> {
  const handler = handlersOf(id)[method] as (...args: readonly unknown[]) => unknown
  return handler(...args)
}

function problemsIn(error: unknown): Problem[] {
  if (!(error instanceof DotplusError)) {
    return [{ message: error instanceof Error ? error.message : String(error), layer: undefined }]
  }
  const several = (error as { problems?: readonly DotplusError[] }).problems ?? [error]
  return several.map((each) => ({ message: messageOf(each), layer: each.layer }))
}

/** What a page has a field for is said there, not with the options of the command. */
function messageOf(error: DotplusError): string {
  if (!/--(dense|layers)\b/.test(error.hint ?? '')) return error.message
  const Class = error.constructor as new (what: string, details: object) => DotplusError
  const { what, file, layer, place, expected, got } = error
  const hint = 'Say below which layers they are'
  return new Class(what, { file, layer, place, expected, got, hint }).message
}
