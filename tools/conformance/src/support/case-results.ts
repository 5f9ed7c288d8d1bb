import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decode, type Layer } from '@dotplus/core'
import { readNpz, sourceFromBytes } from '@dotplus/converter'
import { load, type Prediction, type Tensor } from '@dotplus/node'
import { findCases, type CaseFolder, type Collection } from '../cases/find.ts'
import { prepareCase, type PreparedCase } from '../cases/prepare.ts'
import { valueOf } from '../cases/values.ts'
import { firstMismatch, toleranceFor } from '../judge/compare.ts'
import type { Precision } from '../protocol/jobs.ts'

/** What this machine made of one case. */
export interface CaseResult {
  readonly folder: CaseFolder
  /** Classes of the layers in the model. */
  readonly classes: ReadonlySet<string>
  /** Why a run does not give Keras's answers; undefined where it does. */
  readonly problems: Readonly<Record<Precision, string | undefined>>
  /** Largest distances to the answer in float64, relative to its largest element; undefined where there is none. */
  readonly errors: { readonly keras: number; readonly ours: number } | undefined
}

/** Half a unit in the last place of the largest element: what rounding the true result costs. */
const roundingOfLargest = 2 ** -24

/** Whether our error is no larger than Keras's own, or that of rounding alone. */
export function isWithin({ keras, ours }: NonNullable<CaseResult['errors']>): boolean {
  return ours <= Math.max(keras, roundingOfLargest)
}

/**
 * Runs every case of the collections in both precisions.
 *
 * @param truth a folder that has `<case>/truth.npz` for cases that lie elsewhere
 */
export async function* caseResults(
  collections: readonly Collection[],
  truth?: string,
): AsyncGenerator<CaseResult> {
  for (const collection of collections)
    for (const folder of await findCases(collection)) yield await resultOf(folder, truth)
}

async function resultOf(folder: CaseFolder, truth: string | undefined): Promise<CaseResult> {
  let prepared: PreparedCase
  try {
    prepared = await prepareCase(folder)
  } catch (error) {
    const reason = String(error)
    return {
      folder,
      classes: new Set(),
      problems: { exact: reason, fast: reason },
      errors: undefined,
    }
  }
  const { layers } = decode(prepared.model)
  const classes = new Set(layers.flatMap(classesOf))
  const exact = await run(prepared, 'exact')
  const fast = await run(prepared, 'fast')
  const outputs = Array.isArray(exact) ? exact : undefined
  return {
    folder,
    classes,
    problems: { exact: problemOf(prepared, exact), fast: problemOf(prepared, fast) },
    errors: outputs && (await errorsOf(prepared, outputs, truth)),
  }
}

const cellClasses: Readonly<Record<string, string>> = {
  simple_rnn: 'SimpleRNNCell',
  lstm: 'LSTMCell',
  gru: 'GRUCell',
}

/** The class of a layer, and those of the cells of an RNN. */
function classesOf(layer: Layer): string[] {
  const name = layer.className.replace(/^.*[>.]/, '')
  if (layer.kind !== 'recurrent' || name !== 'RNN') return [name]
  const { cells } = layer.recurrent
  const stack = cells.length > 1 ? ['StackedRNNCells'] : []
  return [name, ...stack, ...cells.flatMap(({ type }) => cellClasses[type] ?? [])]
}

type Outputs = readonly (readonly Tensor[])[]

/** The outputs of each call, or why there are none. */
async function run({ model, data }: PreparedCase, precision: Precision): Promise<Outputs | string> {
  try {
    using loaded = await load<Prediction>(model.slice(), { precision })
    const names = loaded.outputs.map(({ name }) => name)
    return data.inputs.map((inputs) => {
      const result = loaded.predict(inputs)
      return Array.isArray(result.shape)
        ? [result as unknown as Tensor]
        : names.map((name) => (result as Record<string, Tensor>)[name] as Tensor)
    })
  } catch (error) {
    return String(error)
  }
}

function problemOf(prepared: PreparedCase, outputs: Outputs | string): string | undefined {
  if (typeof outputs === 'string') return outputs
  const tolerance = toleranceFor(prepared)
  return prepared.data.outputs
    .flatMap((expected, call) =>
      expected.map((value, i) => firstMismatch(outputs[call]?.[i] as Tensor, value, tolerance)),
    )
    .find((problem) => problem !== undefined)
}

/** From `truth.npz`, which `tools/keras-fixtures/truth.py` writes. */
async function errorsOf(
  { folder, data }: PreparedCase,
  [ours = []]: Outputs,
  elsewhere: string | undefined,
): Promise<CaseResult['errors']> {
  const places = [folder.folder, ...(elsewhere === undefined ? [] : [join(elsewhere, folder.name)])]
  const file = places.map((place) => join(place, 'truth.npz')).find((each) => existsSync(each))
  if (file === undefined) return undefined
  const truth = await readNpz(sourceFromBytes(file, await readFile(file)))
  let [keras, own] = [0, 0]
  for (const [i, { data: given }] of (data.outputs[0] ?? []).entries()) {
    const array = truth.get(`out${i}`)
    if (!array || array.dtype !== 'float64') continue
    const exact = valueOf(array).data as Float64Array
    const largest = exact.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      0,
    )
    if (largest === 0) continue
    const distance = (values: ArrayLike<unknown>): number =>
      exact.reduce((most, value, at) => {
        const difference = Math.abs(value - (values[at] as number))
        return Number.isFinite(difference) ? Math.max(most, difference) : most
      }, 0) / largest
    const [theirs, mine] = [distance(given), distance((ours[i] as Tensor).data)]
    // TensorFlow resizes images in float32, whatever it is asked for: then there is nothing to compare with.
    const isFloat32 = exact.every((value) => Object.is(Math.fround(value), value))
    if (isFloat32 && theirs === 0 && mine > 0) return undefined
    keras = Math.max(keras, theirs)
    own = Math.max(own, mine)
  }
  return { keras, ours: own }
}
