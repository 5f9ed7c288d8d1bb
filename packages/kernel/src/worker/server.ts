import { RuntimeError } from '@dotplus/core'
import { instantiate } from '../load.ts'
import type { Explanation, LoadedModel } from '../model/loaded-model.ts'
import { isTensor, type Prediction, type TensorData } from '../model/tensor.ts'
import type { KernelBytes } from '../precision.ts'
import { workAsThread, type ThreadTask } from '../threads/thread.ts'
import type { Port, ServerPort } from './port.ts'
import type { CallName, Calls, OutKind, OutKinds, Reply, Request, State } from './protocol.ts'
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
class ServedModel {
  readonly #kernels: KernelBytes
  readonly #startThread: (() => Port) | undefined
  #model: LoadedModel<Prediction> | undefined
  #sentPlan: Explanation['plan'] | undefined

  constructor(kernels: KernelBytes, startThread: (() => Port) | undefined) {
    this.#kernels = kernels
    this.#startThread = startThread
  }

  /** @param transfer receives the buffers of the result */
  async answer(request: Request, transfer: ArrayBuffer[]): Promise<Calls[CallName]['result']> {
    if (request.call === 'load') {
      const { model, options } = request.parameters
      this.#model = await instantiate<Prediction>(model, this.#kernels, {
        ...options,
        startThread: this.#startThread,
      })
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
 * @param startThread starts another worker that calls `serve`, for a model that runs here
 */
export function serve(port: ServerPort, kernels: KernelBytes, startThread?: () => Port): void {
  const served = new ServedModel(kernels, startThread)
  const handle = async (request: Request): Promise<void> => {
    const { id } = request
    const transfer: ArrayBuffer[] = []
    let reply: Reply
    try {
      const result = await served.answer(request, transfer)
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
