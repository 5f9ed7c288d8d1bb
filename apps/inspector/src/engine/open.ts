import { load, type LoadedModel, type Precision, type Prediction } from '@dotplus/browser'
import { addCase, convert, denseLayers, readCases, sourceFromBlob } from '@dotplus/converter'
import {
  decode,
  DotplusError,
  encodePieces,
  FormatError,
  isDotplus,
  withShards,
  type Model,
} from '@dotplus/core'
import { knownShapes, shapesOf, summarize, type ShapesByLayer } from '@dotplus/inspect'
import type { OpenedModel, Problem } from './protocol.ts'

/** A model that is open, with what was made of it so far. */
export class Session {
  readonly model: Model
  readonly shapes: ShapesByLayer
  readonly opened: OpenedModel
  /** Inputs of the last run, for intermediates. */
  lastInputs: Parameters<LoadedModel['predict']>[0] | undefined
  readonly #loaded = new Map<string, LoadedModel<Prediction>>()

  /** @param loaded the model as it runs exactly on one thread; undefined where it does not run */
  constructor(
    model: Model,
    shapes: ShapesByLayer,
    opened: OpenedModel,
    loaded: LoadedModel<Prediction> | undefined,
  ) {
    this.model = model
    this.shapes = shapes
    this.opened = opened
    if (loaded) this.#loaded.set('exact 1', loaded)
  }

  async loaded(precision: Precision = 'exact', threads = 1): Promise<LoadedModel<Prediction>> {
    const key = `${precision} ${threads}`
    const known = this.#loaded.get(key)
    if (known) return known
    const fresh = await load<Prediction>(this.model, { precision, threads })
    this.#loaded.set(key, fresh)
    return fresh
  }

  dispose(): void {
    for (const model of this.#loaded.values()) model.dispose()
    this.#loaded.clear()
  }
}

export interface OpenOptions {
  readonly dense?: string
  readonly inputShape?: readonly (number | null)[]
}

/**
 * Opens a .dotplus file with its shards, or converts what Keras exported. An `io.npz` among the files becomes evidence.
 *
 * @throws {DotplusError} with everything that is wrong
 */
export async function openFiles(
  files: readonly File[],
  options: OpenOptions,
  onProgress: (done: number, total: number) => void,
): Promise<Session> {
  const { model, name } = await readModel(files, options, onProgress)
  const problems: Problem[] = []
  let loaded: LoadedModel<Prediction> | undefined
  let shapes: ShapesByLayer | undefined
  try {
    loaded = await load<Prediction>(model)
    shapes = shapesOf(loaded)
  } catch (error) {
    if (!(error instanceof DotplusError)) throw error
    problems.push({ message: error.message, layer: error.layer })
  }
  shapes ??= knownShapes(model)
  let byteLength = 0
  for (const piece of encodePieces(model)) byteLength += piece.byteLength
  const opened: OpenedModel = {
    name: model.name,
    fileName: name,
    byteLength,
    source: sourceText(model),
    summary: summarize(model, shapes),
    inputs: (model.graph?.inputs ?? []).map((port) => ({
      name: port.name,
      dtype: port.dtype ?? 'float32',
      shape: port.shape.map((size) => (size < 0 ? null : size)),
    })),
    outputs: (model.graph?.outputs ?? []).map((port) => port.name),
    cases: model.cases.map((entry) => entry.name),
    problems,
  }
  return new Session(model, shapes, opened, loaded)
}

async function readModel(
  files: readonly File[],
  options: OpenOptions,
  onProgress: (done: number, total: number) => void,
): Promise<{ model: Model; name: string }> {
  const [first] = files
  if (!first) throw new FormatError('no file')
  const evidence = files.filter(
    (file) => files.length > 1 && /(^|[^a-z])io[^/]*\.npz$/.test(file.name),
  )
  for (const file of files) {
    const head = new Uint8Array(await file.slice(0, 8).arrayBuffer())
    if (!isDotplus(head) && !file.name.endsWith('.dotplus')) continue
    const model = await readDotplus(file, files)
    await addEvidence(model, evidence)
    return { model, name: file.name }
  }
  const rest = files.filter((file) => !evidence.includes(file))
  const model = await convert(
    rest.map((file) => sourceFromBlob(file, file.name)),
    {
      onProgress,
      ...(options.dense === undefined ? {} : { layers: denseLayers(options.dense) }),
      ...(options.inputShape === undefined ? {} : { inputShape: options.inputShape }),
    },
  )
  await addEvidence(model, evidence)
  return { model, name: rest[0]?.name ?? first.name }
}

async function addEvidence(model: Model, files: readonly File[]): Promise<void> {
  for (const file of files) addCase(model, await readCases(sourceFromBlob(file, file.name)))
}

async function readDotplus(file: File, files: readonly File[]): Promise<Model> {
  const model = decode(new Uint8Array(await file.arrayBuffer()), { file: file.name })
  const shards = new Map<number, Uint8Array>()
  for (const [index, shard] of model.shards.entries()) {
    const part = files.find((candidate) => candidate.name === shard.name)
    if (!part) {
      throw new FormatError('a part of the model is missing', {
        file: file.name,
        expected: shard.name,
        got: files.map((candidate) => candidate.name).join(', '),
        hint: 'Drop the model together with its .bin files',
      })
    }
    if (part.size !== shard.byteLength) {
      throw new FormatError('a part of the model has another length', {
        file: shard.name,
        expected: `${shard.byteLength} bytes`,
        got: `${part.size}`,
      })
    }
    const bytes = new Uint8Array(await part.arrayBuffer())
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    if (hash.some((byte, at) => byte !== shard.sha256[at])) {
      throw new FormatError('not the part that the model was written with', {
        file: shard.name,
        expected: `SHA-256 ${hex(shard.sha256)}`,
        got: hex(hash),
        hint: 'Copy all files of the model again',
      })
    }
    shards.set(index, bytes)
  }
  return shards.size > 0 ? withShards(model, shards) : model
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function sourceText({ provenance }: Model): string {
  if (!provenance) return ''
  const keras = provenance.kerasVersion ? `, Keras ${provenance.kerasVersion}` : ''
  return `${provenance.sourceFormat}${keras}`
}
