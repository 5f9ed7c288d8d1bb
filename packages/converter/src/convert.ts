import {
  formatVersion,
  ModelError,
  validateModel,
  type DotplusError,
  type Model,
  type StoredTensor,
} from '@dotplus/core'
import { denseLayers, type LayersSpec } from './arrays/layers-spec.ts'
import { assetPathsOf, ModelBuilder } from './build/model-builder.ts'
import { modelWeights } from './build/model-weights.ts'
import { Planner } from './build/plan.ts'
import { TensorTable } from './build/tensor-table.ts'
import { addCase, readCases } from './cases.ts'
import { checkedRead, type Conversion } from './conversion.ts'
import type { Compositions } from './custom/composition.ts'
import type { OpenedModel } from './keras/opened-model.ts'
import { openInput } from './open-input.ts'
import { Problems, problemsOf } from './problems.ts'
import type { OpenScratch } from './scratch.ts'
import { sha256OfSources, type StreamingHash } from './sha256.ts'
import { baseName, type Source } from './source.ts'
import { version } from './version.ts'

/** One file, or several that belong together: the content of a folder, `model.json` with its weights, `.npy` files. */
export type ConvertInput = Source | readonly Source[]

export interface ConvertOptions {
  /** Layers for arrays that come without an architecture; see `parseLayersSpec` and `denseLayers`. */
  readonly layers?: LayersSpec | undefined
  /** The shorthand for an MLP: the activations of its Dense layers, "relu,relu,linear" or a list. */
  readonly dense?: string | readonly string[] | undefined
  /** Shape, batch first, for a Sequential model that was saved without one. */
  readonly inputShape?: readonly (number | null)[] | undefined
  /** Name of the model, instead of the one in the file. */
  readonly name?: string | undefined
  /** What layers of your own compute, by class; goes before {@link registerLayer}. */
  readonly register?: Compositions | undefined
  /** `io.npz` files whose inputs and outputs become evidence in the model. */
  readonly cases?: Source | readonly Source[] | undefined
  /** Called after each tensor that has been read. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** SHA-256 of the platform, where it has one that takes bytes piece by piece. */
  readonly sha256?: (() => StreamingHash) | undefined
  /** Room outside of memory for large files that lie compressed in an archive; without it they are inflated in memory. */
  readonly openScratch?: OpenScratch | undefined
}

/**
 * Turns what Keras exported into a dotplus model. Files are told apart by their bytes, not by their names.
 *
 * Equal input gives an equal model, byte for byte when encoded. The whole model is in memory; for large ones see
 * {@link openConversion}.
 *
 * @throws {DotplusError} the one thing that is wrong, or a {@link ConversionError} with the list of all of them
 */
export async function convert(input: ConvertInput, options: ConvertOptions = {}): Promise<Model> {
  const { model, read } = await openConversion(input, options)
  return withTensorBytes(model, read)
}

/**
 * Everything `convert` does but reading the tensors, whose bytes {@link modelFiles} reads as it writes them: a model of any
 * size is converted in the memory that its largest tensor takes.
 *
 * @throws {DotplusError} as `convert`
 */
export async function openConversion(
  input: ConvertInput,
  options: ConvertOptions = {},
): Promise<Conversion> {
  const layers =
    options.layers ?? (options.dense === undefined ? undefined : denseLayers(options.dense))
  const { inputShape, openScratch } = options
  const opened = await openInput(asList(input), { layers, inputShape, openScratch })
  const conversion = await convertParts(opened, options)
  conversion.model.provenance = await provenanceOf(opened, options)
  validateModel(conversion.model, opened.file, { bytesFollow: true })
  return conversion
}

/** Converts a container that has been recognised, in memory; provenance is left to the caller. */
export async function convertOpened(opened: OpenedModel, options: ConvertOptions): Promise<Model> {
  const { model, read } = await convertParts(opened, options)
  return withTensorBytes(model, read)
}

async function convertParts(opened: OpenedModel, options: ConvertOptions): Promise<Conversion> {
  const problems = new Problems()
  const { tensors, model } = await build(opened, options, problems)
  problems.throwIfAny(opened.file)
  model.tensors = await tensors.describe()
  const fromFile = model.tensors.length
  for (const source of asList(options.cases ?? [])) addCase(model, await readCases(source))
  let done = 0
  const total = model.tensors.slice(0, fromFile).filter(({ dtype }) => dtype !== 'string').length
  const read = checkedRead(model, opened.file, async (index) => {
    if (index >= fromFile) return (model.tensors[index] as StoredTensor).data
    const bytes = await tensors.read(index)
    options.onProgress?.(++done, total)
    return bytes
  })
  return { model, read }
}

async function withTensorBytes(model: Model, read: Conversion['read']): Promise<Model> {
  for (const [index, tensor] of model.tensors.entries())
    if (tensor.dtype !== 'string' && tensor.data.byteLength === 0) tensor.data = await read(index)
  return model
}

/**
 * Everything that would stop a conversion, found in one run; empty when nothing would.
 */
export async function doctor(
  input: ConvertInput,
  options: ConvertOptions = {},
): Promise<readonly DotplusError[]> {
  try {
    const { model, read } = await openConversion(input, options)
    // Damage in the bytes stops a conversion too.
    for (const [index, { dtype }] of model.tensors.entries())
      if (dtype !== 'string') await read(index)
    return []
  } catch (error) {
    return problemsOf(error)
  }
}

async function build(
  opened: OpenedModel,
  options: ConvertOptions,
  problems: Problems,
): Promise<{ model: Model; tensors: TensorTable }> {
  const { file, kerasMajor, assets } = opened
  const origin = { file, kerasMajor, inputShape: options.inputShape }
  const planner = new Planner(origin, problems, options.register)
  const planned = planner.model(opened.model, '')
  const weights = modelWeights(planned, true)
  const bound = await opened.store.bind(weights, problems)
  const tensors = new TensorTable()
  const builder = new ModelBuilder({ file, kerasMajor, planner, problems, tensors, assets })
  const indices = builder.addLayers(planned, bound, assetPathsOf(weights.children, ''))
  const graph = problems.catch(() => builder.graph(opened.model, planned, indices))
  const isKnown = planned.every(({ spec, body }) => !spec.isWholeModel || body.type !== 'unknown')
  for (const { name, shape } of (isKnown && graph?.inputs) || []) {
    if (shape.length > 0 || hasScalarInput(opened, name)) continue
    problems.add(
      new ModelError('the model does not say what shape its input has', {
        file,
        place: `input ${name}`,
        hint: 'Give it with --input-shape, batch first',
      }),
    )
  }
  const model: Model = {
    formatVersion,
    name: options.name ?? opened.model.name,
    layers: builder.layers,
    graph,
    cases: [],
    shards: [],
    tensors: [],
  }
  return { model, tensors }
}

/** An input of shape () is given as an empty list; one without a shape is not given at all. */
function hasScalarInput({ model }: OpenedModel, port: string): boolean {
  const layer = model.inputs.find(({ name }) => name === port)?.tensor.layer
  const config = model.layers.find(({ name }) => name === layer)?.config
  return Array.isArray(config?.batch_shape ?? config?.batch_input_shape)
}

async function provenanceOf(
  { sources, format, kerasVersion, backend }: OpenedModel,
  { sha256 }: ConvertOptions,
): Promise<NonNullable<Model['provenance']>> {
  const sorted = sources.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const names = sorted.map(({ name }) => baseName(name))
  return {
    sourceName: names.length <= 2 ? names.join(', ') : `${names[0]} and ${names.length - 1} more`,
    sourceFormat: format,
    sourceSha256: await sha256OfSources(sorted, sha256),
    kerasVersion,
    backend,
    converter: `@dotplus/converter ${version}`,
  }
}

function asList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}
