import { RuntimeError } from '@dotplus/core'
import { instantiate, type InstantiateOptions } from '../load.ts'
import type { Explanation, LoadedModel } from '../model/loaded-model.ts'
import { isTensor, type Prediction, type TensorData } from '../model/tensor.ts'
import { workAsThread, type ThreadTask } from '../threads/thread.ts'
import type { Adapter } from './adapter.ts'
import type { ServerPort } from './port.ts'
import type { Progress } from './progress.ts'
import type {
  CallName,
  Calls,
  Given,
  OutKind,
  OutKinds,
  Reply,
  Request,
  State,
} from './protocol.ts'
import { readModel } from './read-model.ts'
import { packError } from './sent-error.ts'

function arrayOf({ array, length }: OutKind): TensorData {
  if (array === 'Array') return Array<string>(length).fill('')
  const Class = (globalThis as unknown as Record<string, typeof Float32Array>)[array]
  return new (Class ?? Float32Array)(length)
}

function arraysOf(out: OutKinds): TensorData | Record<string, TensorData> {
  if (!('byName' in out)) return arrayOf(out)
  return Object.fromEntries(Object.entries(out.byName).map(([name, kind]) => [name, arrayOf(kind)]))
}

function buffersOf(prediction: Prediction): ArrayBuffer[] {
  const tensors = isTensor(prediction) ? [prediction] : Object.values(prediction)
  return [
    ...new Set(
      tensors.flatMap(({ data }) => (Array.isArray(data) ? [] : [data.buffer as ArrayBuffer])),
    ),
  ]
}

/** The model on the worker's side. */
class ServedModel<More> {
  readonly #adapter: Adapter<true, More>
  #model: LoadedModel<Prediction> | undefined
  #sentPlan: Explanation['plan'] | undefined

  constructor(adapter: Adapter<true, More>) {
    this.#adapter = adapter
  }

  /**
   * @param transfer receives the buffers of the result
   * @param onProgress hears how far a model that is read here has come
   */
  async answer(
    request: Request,
    transfer: ArrayBuffer[],
    onProgress: (progress: Progress) => void,
  ): Promise<Calls[CallName]['result']> {
    if (request.call === 'load') {
      const { given, options } = request.parameters
      this.#model = await this.#load(given, options, onProgress)
      const { name, inputs, outputs } = this.#model
      return { name, inputs, outputs }
    }
    const model = this.#loaded()
    switch (request.call) {
      case 'predict': {
        const { inputs, layers, out } = request.parameters
        const result = model.predict(inputs, {
          ...(layers && { layers }),
          ...(out !== undefined && { out: arraysOf(out) }),
        })
        transfer.push(...buffersOf(result))
        return result
      }
      case 'layerShapes':
        return model.layerShapes(request.parameters.shapes)
      case 'step': {
        const { inputs, state } = request.parameters
        const result = model.step(inputs, state)
        transfer.push(...buffersOf(result.y), ...buffersOf(result.state))
        return result
      }
      case 'initialState':
        return model.initialState(request.parameters.batch)
      case 'profile': {
        const { inputs, runs } = request.parameters
        return model.profile(inputs, runs === undefined ? {} : { runs })
      }
      case 'resetState':
        model.resetState()
    }
    return undefined
  }

  async #load(
    given: Given,
    options: InstantiateOptions,
    onProgress: (progress: Progress) => void,
  ): Promise<LoadedModel<Prediction>> {
    const { startWorker, kernels } = this.#adapter
    const startThread = startWorker && (() => startWorker(true))
    if ('model' in given) return instantiate(given.model, kernels, { ...options, startThread })
    const { path, href, file } = given
    const files = await this.#adapter.files(options as More)
    const source = { located: path ?? new URL(href as string), file }
    const { model, kept, close } = await readModel(source, files, onProgress, undefined, false)
    try {
      const settings = { ...options, file, startThread }
      const loaded = await instantiate<Prediction>(model, kernels, settings)
      // The page may end this worker as soon as it has an answer.
      await kept
      return loaded
    } finally {
      close?.()
    }
  }

  state(): State {
    const model = this.#loaded()
    const { memory } = model
    const explanation = model.explain()
    if (explanation.plan === this.#sentPlan) return { memory }
    this.#sentPlan = explanation.plan
    return { memory, explanation }
  }

  #loaded(): LoadedModel<Prediction> {
    if (!this.#model) throw new RuntimeError('the worker has no model')
    return this.#model
  }
}

/**
 * Makes a worker what the first message asks for: the place where a model runs, which answers the calls that come through
 * `port` one after the other, or a thread of a model that runs elsewhere.
 *
 * @param adapter what `load` of this runtime has too; its workers call `serve`
 */
export function serve<More>(port: ServerPort, adapter: Adapter<true, More>): void {
  const served = new ServedModel(adapter)
  const handle = async (request: Request): Promise<void> => {
    const { id } = request
    const transfer: ArrayBuffer[] = []
    let reply: Reply
    try {
      const result = await served.answer(request, transfer, (progress) =>
        port.postMessage({ id, progress }, []),
      )
      reply = { id, ok: true, result, state: served.state() }
    } catch (error) {
      transfer.length = 0
      reply = { id, ok: false, error: packError(error) }
    }
    port.postMessage(reply, transfer)
  }
  let turn = Promise.resolve()
  port.onMessage((message) => {
    if ((message as ThreadTask).call === 'thread') {
      workAsThread(message as ThreadTask, port)
      return
    }
    turn = turn.then(() => handle(message as Request))
  })
}
