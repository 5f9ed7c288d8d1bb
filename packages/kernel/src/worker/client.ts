import { RuntimeError } from '@dotplus/core'
import type { Explanation, MemoryReport, PredictOptions } from '../model/loaded-model.ts'
import {
  isTensor,
  type ModelInput,
  type Prediction,
  type Signature,
  type Tensor,
  type TensorData,
} from '../model/tensor.ts'
import type { StepState } from '../model/tensor.ts'
import type { Profile } from '../profile/profile.ts'
import { Channel } from './channel.ts'
import { ownedCopy } from './owned-copy.ts'
import type { CallName, Calls, Description, OutKind, OutKinds } from './protocol.ts'

type Out = NonNullable<PredictOptions['out']>

function isArray(out: Out): out is TensorData {
  return ArrayBuffer.isView(out) || Array.isArray(out)
}

function kindOf(array: TensorData): OutKind {
  return { array: array.constructor.name, length: array.length }
}

function kindsOf(out: Out): OutKinds {
  if (isArray(out)) return kindOf(out)
  return {
    byName: Object.fromEntries(Object.entries(out).map(([name, array]) => [name, kindOf(array)])),
  }
}

/**
 * The result with its elements in the caller's arrays, whose lengths were checked where it was computed.
 *
 * @param output name of a single output
 */
function writeTo(out: Out, result: Prediction, output: string | undefined): Prediction {
  const write = (
    tensor: Tensor<TensorData>,
    target: TensorData | undefined,
  ): Tensor<TensorData> => {
    if (!target) return tensor
    const { data } = tensor
    if (Array.isArray(target)) target.splice(0, data.length, ...(data as string[]))
    else (target as Float32Array).set(data as Float32Array)
    return { ...tensor, data: target }
  }
  const targetOf = (name: string): TensorData | undefined => (isArray(out) ? out : out[name])
  if (isTensor(result)) return write(result, targetOf(output ?? ''))
  return Object.fromEntries(
    Object.entries(result).map(([name, tensor]) => [name, write(tensor, targetOf(name))]),
  )
}

/** Starts another worker for a model whose worker has failed. */
export type Restart = () => Promise<Channel>

/**
 * A model that runs in a worker: the same object as a `LoadedModel`, but calls answer with promises, in order. When
 * the worker fails or is ended, the calls on their way are rejected with a `RuntimeError`, and the next one starts
 * another worker from the same source, whose stateful layers begin anew. Streams and responses cannot be read again;
 * their model has to be loaded again.
 */
export class WorkerModel<Output extends Prediction = Tensor> {
  /** The Keras model's name. */
  readonly name: string
  /** Inputs in the order `predict` takes them. */
  readonly inputs: readonly Signature[]
  readonly outputs: readonly { readonly name: string }[]
  #channel: Channel
  readonly #restart: Restart | undefined
  /** The next worker on its way. */
  #starting: Promise<Channel> | undefined
  #disposed: RuntimeError | undefined

  constructor(
    channel: Channel,
    { name, inputs, outputs }: Description,
    restart: Restart | undefined,
  ) {
    this.#channel = channel
    this.#restart = restart
    this.name = name
    this.inputs = inputs
    this.outputs = outputs
  }

  /**
   * Runs the model once in its worker. Takes what `LoadedModel.predict` takes; the arrays given are copied and stay
   * usable, the arrays of the result are fresh and safe to keep.
   *
   * @param options `out` is filled when the promise resolves
   * @throws {InputError} when x does not fit the model's inputs
   * @throws {ModelError} when the model's layers do not fit this shape
   * @throws {RuntimeError} after `dispose`, when the worker has failed, or when there is not enough memory
   */
  async predict(x: ModelInput, options: PredictOptions = {}): Promise<Output> {
    const { out, layers } = options
    const buffers: ArrayBuffer[] = []
    const inputs = ownedCopy(x, buffers)
    const kinds = out && kindsOf(out)
    const result = await this.#call('predict', { inputs, layers, out: kinds }, buffers)
    return (out ? writeTo(out, result, this.outputs[0]?.name) : result) as Output
  }

  /**
   * Runs the model on the next steps of a sequence in its worker. Takes what `LoadedModel.step` takes; arrays given are
   * copied.
   *
   * @throws {UnsupportedError} naming the layer that needs later steps
   * @throws {InputError} when x or the state does not fit
   */
  async step(x: ModelInput, state: StepState = {}): Promise<{ y: Output; state: StepState }> {
    const buffers: ArrayBuffer[] = []
    const inputs = ownedCopy(x, buffers)
    const result = await this.#call('step', { inputs, state }, buffers)
    return result as { y: Output; state: StepState }
  }

  /** The state before the first step of `batch` sequences: zeros. */
  initialState(batch: number = 1): Promise<StepState> {
    return this.#call('initialState', { batch })
  }

  /** As `LoadedModel.profile`, measured in the worker. */
  async profile(x: ModelInput, options: { readonly runs?: number } = {}): Promise<Profile> {
    const buffers: ArrayBuffer[] = []
    const inputs = ownedCopy(x, buffers)
    return this.#call('profile', { inputs, runs: options.runs }, buffers)
  }

  /** Shapes of each layer's outputs for given input shapes, by layer name; nothing is run. */
  layerShapes(
    shapes: readonly (readonly number[])[],
  ): Promise<ReadonlyMap<string, readonly (readonly number[])[]>> {
    return this.#call('layerShapes', { shapes })
  }

  /** Forgets the state of stateful layers, after the calls before it and before those after it. */
  async resetState(): Promise<void> {
    await this.#call('resetState', {})
  }

  /** Exact bytes held in the worker after the last call answered. */
  get memory(): MemoryReport {
    return this.#channel.memory
  }

  /** Says which build, precision, thread count and plan ran the last call answered, and why. */
  explain(): Explanation {
    return this.#channel.explanation
  }

  /** Ends the worker and frees its memory. Calls on their way and later ones are rejected. */
  dispose(): void {
    const place = `model ${this.name}`
    this.#disposed = new RuntimeError('the model was used after dispose()', { place })
    this.#channel.end(
      new RuntimeError('the model was disposed before the call was answered', { place }),
      this.#disposed,
    )
  }

  #call<Name extends CallName>(
    call: Name,
    parameters: Calls[Name]['parameters'],
    transfer?: ArrayBuffer[],
  ): Promise<Calls[Name]['result']> {
    const isLost = this.#channel.hasFailed && this.#restart !== undefined && !this.#disposed
    if (!isLost) return this.#channel.call(call, parameters, transfer)
    this.#starting ??= this.#startAgain(this.#restart)
    return this.#starting.then((channel) => channel.call(call, parameters, transfer))
  }

  async #startAgain(restart: Restart): Promise<Channel> {
    try {
      const channel = await restart()
      if (this.#disposed) channel.end(this.#disposed, this.#disposed)
      this.#channel = channel
      return channel
    } finally {
      this.#starting = undefined
    }
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
