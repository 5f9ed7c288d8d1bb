import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { elementsOf } from '@dotplus/core'
import { readNpyArray } from '@dotplus/converter'

/** Folder of the exports, `test-fixtures/sample-mlp`. */
const folder = join(
  dirname(fileURLToPath(import.meta.resolve('@dotplus/test-fixtures/package.json'))),
  'sample-mlp',
)

/** Hidden layers of the two networks that were trained. */
export const hiddenActivations = ['relu', 'linear'] as const
export type HiddenActivation = (typeof hiddenActivations)[number]

/** Path of a file of one network's exports. */
export function exportPath(hidden: HiddenActivation, file: string): string {
  return join(folder, hidden, file)
}

/** X_validation, float32 (rows, 4). */
export async function readInputs(): Promise<Float32Array> {
  return (await readArray('X_validation.npy')) as Float32Array
}

/** What `model.predict(X_validation)` answered, float32 (rows). */
export async function readKerasPredictions(hidden: HiddenActivation): Promise<Float32Array> {
  return (await readArray(join(hidden, 'predictions.npy'))) as Float32Array
}

/** The same forward pass in float64, from the same float32 weights. */
export async function readExactPredictions(hidden: HiddenActivation): Promise<Float64Array> {
  return (await readArray(join(hidden, 'predictions_float64.npy'))) as Float64Array
}

async function readArray(name: string): Promise<ReturnType<typeof elementsOf>> {
  const array = readNpyArray(new Uint8Array(await readFile(join(folder, name))), name)
  return elementsOf({ ...array, name, shape: [...array.shape], strings: [] })
}

interface RecordedTime {
  readonly median: number
  readonly min: number
  readonly repeats: number
}

/** Times by what ran, in ms: "numpy", "keras.predict", "keras.predict batch_size=1", … */
type RecordedTimes = Readonly<Record<string, RecordedTime>>

/** The part of provenance.json that is shown. */
export interface Provenance {
  readonly cpu: string
  readonly platform: string
  readonly packages: Readonly<Record<string, string>>
  readonly models: Readonly<
    Record<
      HiddenActivation,
      {
        readonly timings_ms: { readonly rows_1: RecordedTimes; readonly rows_100000: RecordedTimes }
      }
    >
  >
}

export async function readProvenance(): Promise<Provenance> {
  return JSON.parse(await readFile(join(folder, 'provenance.json'), 'utf8')) as Provenance
}
