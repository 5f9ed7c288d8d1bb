import {
  DotplusError,
  heldByteLength,
  UnsupportedError,
  UsageError,
  type Model,
} from '@dotplus/core'
import { hostKernel } from './host-kernel.ts'
import { graphOf, LoadedModel } from './model/loaded-model.ts'
import { denseLayers } from './lower/dense-layers.ts'
import { layerSetOf } from './model/layer-set.ts'
import { prepareConstants, prepareLayers } from './model/lower-graph.ts'
import type { Prediction, Tensor } from './model/tensor.ts'
import { isElementType } from './dtype/element-type.ts'
import type { KernelBytes, Precision, WasmModule } from './precision.ts'
import { LinearWeights } from './weights.ts'
import type { Port } from './worker/port.ts'

export interface InstantiateOptions {
  /** `exact` (default): the same bits everywhere. `fast`: fused multiply-add where the engine has it. */
  readonly precision?: Precision | undefined
  /** Threads to use; 1 by default. `explain()` says what runs. */
  readonly threads?: number | undefined
  /** Starts a worker that runs `serve`, for threads; brought by the package of each runtime. */
  readonly startThread?: (() => Port) | undefined
  /** A precompiled kernel, for platforms that do not compile WebAssembly at run time. */
  readonly wasm?: WasmModule | undefined
  /** Nanoseconds of work on one thread from which threads share an op; 40,000 by default. For tests and tuning. */
  readonly shareFrom?: number | undefined
  /** Name of the model's file, for errors. */
  readonly file?: string | undefined
}

/**
 * Makes a decoded model ready to run: checks every layer and packs the weights once.
 *
 * @param kernels where the runtime keeps the kernels
 * @throws {UnsupportedError} naming the layer and setting that cannot run
 * @throws {ModelError} when weights do not fit their layers
 * @throws {RuntimeError} when the engine lacks WebAssembly SIMD or memory
 */
export async function instantiate<Output extends Prediction = Tensor>(
  model: Model,
  kernels: KernelBytes,
  options: InstantiateOptions = {},
): Promise<LoadedModel<Output>> {
  const { precision = 'exact', threads = 1, wasm, file, startThread } = options
  if (precision !== 'exact' && precision !== 'fast') {
    throw new UsageError('precision', { expected: 'exact or fast', got: String(precision) })
  }
  if (!Number.isInteger(threads) || threads < 1) {
    throw new UsageError('threads', { expected: 'a whole number from 1', got: String(threads) })
  }
  const graph = graphOf(model, file)
  for (const port of graph.inputs) {
    if (port.dtype !== undefined && !isElementType(port.dtype)) {
      throw new UnsupportedError('inputs of this dtype are not supported yet', {
        file,
        place: `input ${port.name}`,
        expected: 'floats of 16, 32 or 64 bits, integers, bool or strings',
        got: port.dtype,
      })
    }
  }
  const set = await layerSetOf(model)
  const host = await set.hostPart?.(model)
  const hasTime = set !== denseLayers || graph.inputs.some(({ shape }) => shape.length > 2)
  const stepping = hasTime ? await import('./model/stepping.ts') : undefined
  const part = set === denseLayers ? 'dense' : 'all'
  const bytes = model.tensors.reduce((sum, tensor) => sum + heldByteLength(tensor), 0)
  const hosted = await hostKernel(part, precision, kernels, threads, wasm, startThread, bytes)
  const { build, memory, starting, aloneBecause } = hosted
  try {
    const weights = new LinearWeights(memory, model)
    const prepared = withFile(file, () => prepareLayers(model, weights, set, host))
    const constants = withFile(file, () => prepareConstants(model, weights))
    const team = await starting
    return new LoadedModel<Output>({
      model: withoutTensorBytes(model),
      graph,
      memory,
      build,
      prepared,
      constants,
      host,
      stepping,
      base: weights.end,
      requestedPrecision: precision,
      requestedThreads: threads,
      team,
      sharing: team?.sharing(options.shareFrom),
      aloneBecause,
    })
  } catch (error) {
    void starting?.then((team) => team.end())
    throw error
  }
}

/** The structure alone, so that the file's bytes can be freed once the weights are packed. */
function withoutTensorBytes(model: Model): Model {
  return { ...model, cases: [], tensors: [] }
}

function withFile<Result>(file: string | undefined, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (file === undefined || !(error instanceof DotplusError) || error.file !== undefined)
      throw error
    const Class = error.constructor as new (what: string, details: object) => DotplusError
    throw new Class(error.what, { ...error, file, cause: error.cause })
  }
}
