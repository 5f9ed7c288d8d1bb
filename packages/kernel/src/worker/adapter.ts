import { instantiate, type InstantiateOptions } from '../load.ts'
import type { LoadedModel } from '../model/loaded-model.ts'
import type { Prediction, Tensor } from '../model/tensor.ts'
import { anticipateDense, type KernelBytes } from '../precision.ts'
import type { WorkerModel } from './client.ts'
import type { Port } from './port.ts'
import type { Progress } from './progress.ts'
import { readModel, unlessAborted } from './read-model.ts'
import { locate, type Files, type ModelSource } from './source.ts'

export interface LoadOptions<WorkerOption = boolean> extends Omit<
  InstantiateOptions,
  'file' | 'startThread'
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
export interface Adapter<Start = true, More = object> {
  /** How one load reads, given its options, which are plain data. Asked on the thread that reads. */
  files(options: More): Files | Promise<Files>
  readonly startWorker: ((start: Start | true) => Port) | undefined
  readonly kernels: KernelBytes
  /** True where the kernel of dense networks is at hand, so that it can be compiled while a model is read. */
  readonly anticipates?: boolean
}

async function loadWith<Start, More>(
  adapter: Adapter<Start, More>,
  source: ModelSource,
  options: LoadOptions<Start | boolean> & More,
): Promise<LoadedModel<Prediction> | WorkerModel<Prediction>> {
  const { onProgress, signal, worker, ...settings } = options
  signal?.throwIfAborted()
  const files = await adapter.files(options)
  const located = locate(source, files)
  if (worker) {
    const { loadInWorker } = await import('./load-in-worker.ts')
    return loadInWorker(adapter, files, located, options, settings)
  }
  if (adapter.anticipates && options.precision !== 'fast' && !options.wasm)
    anticipateDense(adapter.kernels)
  const reading = readModel(located, files, onProgress, signal, false)
  const { model, file, close } = await unlessAborted(reading, signal)
  const { startWorker } = adapter
  try {
    return await instantiate<Prediction>(model, adapter.kernels, {
      ...settings,
      file,
      startThread: startWorker && (() => startWorker(true)),
    })
  } finally {
    close?.()
  }
}

/** The `load` of a runtime. */
export function loaderOf<Start = true, More = object>(
  adapter: Adapter<Start, More>,
): Load<Start, More> {
  const load = (
    source: ModelSource,
    options: LoadOptions<Start | boolean> = {},
  ): Promise<unknown> => loadWith(adapter, source, options as LoadOptions<Start | boolean> & More)
  return load as Load<Start, More>
}
