// Measures one case of a large model: node applications.js FOLDER → one line of JSON. Made for the cases of
// tools/keras-fixtures/applications.py, one process each, so that memory is of that model alone.
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { encode } from '@dotplus/core'
import { readNpz, sourceFromBytes } from '@dotplus/converter'
import { load, type Tensor } from '@dotplus/node'
import { convertModel } from '../cases/convert.ts'
import { valueOf } from '../cases/values.ts'

/** What one architecture took and gave. */
export interface Measured {
  readonly name: string
  readonly input: readonly number[]
  readonly parameters: number
  /** Largest |ours − Keras's| by the largest |Keras's|. */
  readonly error: number
  /** Median of calls on one thread, milliseconds. */
  readonly milliseconds: number
  /** WebAssembly memory: weights, and tensors of one call; bytes. */
  readonly weights: number
  readonly arena: number
}

const runs = 5

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: node applications.js FOLDER')
console.log(JSON.stringify(await measure(folder)))

async function measure(folder: string): Promise<Measured> {
  const io = join(folder, 'io.npz')
  const arrays = await readNpz(sourceFromBytes(io, await readFile(io)))
  const [x, expected] = [arrays.get('in0'), arrays.get('out0')]
  if (!x || !expected) throw new Error(`${io}: expected in0 and out0`)
  const converted = await convertModel(join(folder, 'model.keras'))
  const parameters = converted.tensors.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  )
  using model = await load(encode(converted))
  const input = { ...valueOf(x), shape: [...x.shape] } as Tensor
  const truth = valueOf(expected).data as Float32Array
  const y = model.predict(input).data
  const times = Array.from({ length: runs }, () => {
    const start = performance.now()
    model.predict(input)
    return performance.now() - start
  }).toSorted((a, b) => a - b)
  let [difference, largest] = [0, 0]
  for (const [i, value] of truth.entries()) {
    difference = Math.max(difference, Math.abs(value - (y[i] as number)))
    largest = Math.max(largest, Math.abs(value))
  }
  const { weights, arena } = model.memory
  return {
    name: basename(folder),
    input: x.shape,
    parameters,
    error: difference / largest,
    milliseconds: times[runs >> 1] as number,
    weights,
    arena,
  }
}
