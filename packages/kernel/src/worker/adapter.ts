import type { Model } from '@dotplus/core'
import { instantiate, type InstantiateOptions } from '../load.ts'
import type { LoadedModel } from '../model/loaded-model.ts'
import type { Prediction, Tensor } from '../model/tensor.ts'
import type { KernelBytes } from '../precision.ts'
import type { WorkerModel, WorkerStart } from './client.ts'
import type { Port } from './port.ts'
import { ProgressMeter, type Progress } from './progress.ts'
import { open, type Files, type ModelSource, type Opened } from './source.ts'

export interface LoadOptions<WorkerOption = boolean> extends Omit<
  InstantiateOptions,
  'file' | 'startThread' | 'shareFrom'
> {
  /** Hears how many bytes of the model and its shards have arrived. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Stops loading; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** True: the model runs in a worker of its own and answers with promises. */
  readonly worker?: WorkerOption | undefined
}

/** `load` as every runtime has it. `Start` is what its `worker` option takes beside false, `More` its own options. */
export interface Load<Start = true, More = object> {
  /**
   * Loads a model into a worker of its own.
   *
   * @throws {ResourceError} when the model or one of its shards cannot be read, with the way out
   * @throws {FormatError} when the bytes are no dotplus model, are cut off, or a shard has another SHA-256
   * @throws {ModelError} when the model contradicts itself
   * @throws {UnsupportedError} naming a layer or setting that cannot run
   * @throws {RuntimeError} when the engine lacks WebAssembly SIMD or memory, or the worker cannot start
   * @throws {UsageError} when the source or an option makes no sense
   */
  <Output extends Prediction = Tensor>(
    source: ModelSource,
    options: LoadOptions<Start> & More & { readonly worker: Start },
  ): Promise<WorkerModel<Output>>
  /**
   * Loads a model that runs on the calling thread.
   *
   * @throws {ResourceError} when the model or one of its shards cannot be read, with the way out
   * @throws {FormatError} when the bytes are no dotplus model, are cut off, or a shard has another SHA-256
   * @throws {ModelError} when the model contradicts itself
   * @throws {UnsupportedError} naming a layer or setting that cannot run
   * @throws {RuntimeError} when the engine lacks WebAssembly SIMD or memory
   * @throws {UsageError} when the source or an option makes no sense
   */
  <Output extends Prediction = Tensor>(
    source: ModelSource,
    options?: LoadOptions<false> & More,
  ): Promise<LoadedModel<Output>>
  /** Loads a model; `worker` decides where it runs. */
  <Output extends Prediction = Tensor>(
    source: ModelSource,
    options?: LoadOptions<Start | boolean> & More,
  ): Promise<LoadedModel<Output> | WorkerModel<Output>>
}

/** What a runtime brings: how bytes arrive, how a worker starts, where the kernels are. */
export interface Adapter<Start = true> extends Files {
  startWorker(start: Start | true): Port
  readonly kernels: KernelBytes
}

/** Settles as `work` does, or at once when the signal is aborted. */
function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function needsShards({ tensors }: Model): boolean {
  return tensors.some(({ external, data }) => external !== undefined && data.byteLength === 0)
}

/** True for sources that can be read more than once. */
function isLasting(source: ModelSource): boolean {
  return (
    typeof source === 'string' ||
    !('headers' in source || 'getReader' in source || Symbol.asyncIterator in source)
  )
}

/** Reads a model and its shards. */
async function readModel(
  source: ModelSource,
  files: Files,
  { onProgress, signal, worker }: LoadOptions<unknown>,
): Promise<Opened> {
  const reading = { progress: new ProgressMeter(onProgress), signal }
  let opened = await open(source, files, reading, Boolean(worker))
  if (needsShards(opened.model)) {
    const { readShards } = await import('./shards.ts')
    opened = await readShards(opened, files, reading)
  }
  reading.progress.finish()
  return opened
}

async function loadWith<Start>(
  adapter: Adapter<Start>,
  source: ModelSource,
  options: LoadOptions<Start | boolean>,
): Promise<LoadedModel<Prediction> | WorkerModel<Prediction>> {
  const { precision, threads, wasm, signal, worker } = options
  signal?.throwIfAborted()
  const reading = readModel(source, adapter, options)
  const { model, file, buffers } = await unlessAborted(reading, signal)
  const settings = { precision, threads, wasm, file }
  if (!worker) {
    const startThread = (): Port => adapter.startWorker(true)
    return instantiate<Prediction>(model, adapter.kernels, { ...settings, startThread })
  }
  const { startWorkerModel } = await import('./client.ts')
  const readAgain = async (): Promise<WorkerStart> => {
    const again = await readModel(source, adapter, { worker })
    return { model: again.model, options: settings, transfer: again.buffers }
  }
  return startWorkerModel<Prediction>(
    () => adapter.startWorker(worker),
    { model, options: settings, transfer: buffers },
    signal,
    worker === true && isLasting(source) ? readAgain : undefined,
  )
}

/** The `load` of a runtime. */
export function loaderOf<Start = true>(adapter: Adapter<Start>): Load<Start> {
  const load = (
    source: ModelSource,
    options: LoadOptions<Start | boolean> = {},
  ): Promise<unknown> => loadWith(adapter, source, options)
  return load as Load<Start>
}
