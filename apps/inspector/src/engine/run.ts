import type { InputValue, Tensor, TensorData } from '@dotplus/browser'
import { openNpz, readNpyArray, sourceFromBlob } from '@dotplus/converter'
import { InputError } from '@dotplus/core'
import { csvBatches, inputTensor, namedOutputs } from '@dotplus/inspect'
import type { Session } from './open.ts'
import type {
  GivenInput,
  InputSignature,
  LayerTime,
  RunResult,
  RunSettings,
  ShownTensor,
} from './protocol.ts'
import { shownTensor } from './tensor.ts'

/** Runs the model once on what the page gives for each input, in order. */
export async function runModel(
  session: Session,
  given: readonly GivenInput[],
  { precision, threads }: RunSettings,
): Promise<RunResult> {
  const model = await session.loaded(precision, threads)
  const inputs = await valuesOf(session, given)
  session.lastInputs = inputs
  const start = performance.now()
  const outputs = namedOutputs(model, model.predict(inputs))
  const milliseconds = performance.now() - start
  const explained = model.explain()
  return {
    outputs: outputs.map((output) => shownTensor(output.name, output)),
    milliseconds,
    hash: await hashOf(outputs),
    precision: explained.precision,
    threads: explained.threads,
    notes: explained.notes,
  }
}

/** The first output of a layer for the inputs of the last run. */
export async function showIntermediate(session: Session, layer: string): Promise<ShownTensor> {
  const model = await session.loaded()
  const inputs = session.lastInputs
  if (!inputs) throw new InputError('nothing has been run yet', { hint: 'Run the model first' })
  const values = model.predict(inputs, { layers: [layer] }) as Record<string, Tensor<TensorData>>
  const value = values[layer]
  if (!value) throw new InputError('the layer has no output of its own', { layer })
  return shownTensor(layer, value)
}

/** Time of each layer for the inputs of the last run, the sum of its ops. */
export async function profileLayers(session: Session): Promise<LayerTime[]> {
  const model = await session.loaded()
  const inputs = session.lastInputs
  if (!inputs) throw new InputError('nothing has been run yet', { hint: 'Run the model first' })
  const times = new Map<string, number>()
  const { ops } = await model.profile(inputs)
  for (const { layer, time } of ops) times.set(layer, (times.get(layer) ?? 0) + time.mean)
  return [...times].map(([layer, milliseconds]) => ({ layer, milliseconds }))
}

async function valuesOf(session: Session, given: readonly GivenInput[]): Promise<InputValue[]> {
  const values: InputValue[] = []
  for (const [index, input] of given.entries()) {
    values.push(
      input.kind === 'values'
        ? valuesGiven(input, session.opened.inputs[index]?.dtype)
        : await fileValues(session, input.file, index),
    )
  }
  return values
}

function valuesGiven(
  { values, shape }: Extract<GivenInput, { kind: 'values' }>,
  dtype: string | undefined,
): InputValue {
  if (dtype === 'string') return { data: values.map(String), shape }
  return { data: Float64Array.from(values, Number), shape }
}

/** A .npy, an array of a .npz (by name, by in0…, or the only one), or the rows of a .csv. */
async function fileValues(session: Session, file: File, index: number): Promise<InputValue> {
  const signature = session.opened.inputs[index]
  const name = signature?.name ?? `input ${index}`
  if (file.name.endsWith('.npy')) {
    const array = readNpyArray(new Uint8Array(await file.arrayBuffer()), file.name)
    return inputTensor(array, name)
  }
  if (file.name.endsWith('.npz')) {
    const npz = await openNpz(sourceFromBlob(file, file.name))
    const [only, another] = npz.names
    const entry =
      [name, `in${index}`].find((candidate) => npz.names.includes(candidate)) ??
      (another === undefined ? only : undefined)
    if (entry === undefined) {
      throw new InputError('no such array', {
        file: file.name,
        expected: `${name} or in${index}`,
        got: npz.names.join(', '),
      })
    }
    return inputTensor(await npz.read(entry), name)
  }
  if (file.name.endsWith('.csv')) {
    return csvValues(file, signature ? [signature] : [])
  }
  throw new InputError('a kind of file that inputs are not read from', {
    file: file.name,
    expected: '.npy, .npz or .csv',
  })
}

/** All rows of a table as one array. */
async function csvValues(
  file: File,
  signatures: readonly [InputSignature] | readonly [],
): Promise<InputValue> {
  const options = { file: file.name, batch: Infinity }
  for await (const { inputs } of csvBatches(chunksOf(file), signatures, options)) {
    const [input] = inputs
    if (input) return input
  }
  throw new InputError('a table without an input to go into', { file: file.name })
}

/** Not every browser iterates over streams yet. */
async function* chunksOf(file: File): AsyncGenerator<Uint8Array> {
  const length = 1 << 20
  for (let start = 0; start < file.size; start += length)
    yield new Uint8Array(await file.slice(start, start + length).arrayBuffer())
}

async function hashOf(tensors: readonly Tensor<TensorData>[]): Promise<string> {
  const parts = tensors.map(({ data }) =>
    Array.isArray(data) ? new TextEncoder().encode(data.join('\0')) : data,
  )
  const all = await new Blob(parts as BlobPart[]).arrayBuffer()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all))
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
