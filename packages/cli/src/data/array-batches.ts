import { arrayRows, openNpyRows, openNpz, type NpyRows, type Source } from '@dotplus/converter'
import { InputError } from '@dotplus/core'
import { inputTensor, type InputBatch } from '@dotplus/inspect'
import type { Signature } from '@dotplus/node'

/** Arrays for all inputs of a model, in their order, read some rows at a time. */
export interface InputRows {
  readonly arrays: readonly NpyRows[]
  /** The arrays go by the names of the inputs. */
  readonly named: boolean
}

/**
 * The array of a `.npy` file.
 *
 * @throws {InputError} when the model takes more than one
 */
export async function npyRows(
  source: Source,
  signatures: readonly Signature[],
): Promise<InputRows> {
  if (signatures.length !== 1) {
    throw new InputError('one array for a model with several inputs', {
      file: source.name,
      expected: signatures.map(({ name }) => name).join(', '),
      hint: 'Give an .npz',
    })
  }
  return { arrays: [await openNpyRows(source)], named: false }
}

/**
 * The arrays of a `.npz` file by the names of the inputs, or in0, in1, …; they are held in memory.
 *
 * @throws {InputError} naming the input without an array
 */
export async function npzRows(
  source: Source,
  signatures: readonly Signature[],
): Promise<InputRows> {
  const archive = await openNpz(source)
  const named = signatures.every(({ name }) => archive.has(name))
  const arrays: NpyRows[] = []
  for (const [index, { name }] of signatures.entries()) {
    const key = named ? name : `in${index}`
    if (!archive.has(key)) {
      throw new InputError('missing input', {
        file: source.name,
        place: `input ${name}`,
        expected: `an array ${name} or in${index}`,
        got: archive.names.slice(0, 10).join(', ') || 'no arrays',
      })
    }
    const array = await archive.read(key)
    const { dtype, shape } = array
    const read: NpyRows['read'] = (start, end) =>
      Promise.resolve(shape.length === 0 ? array : arrayRows(array, start, end))
    arrays.push({ dtype, shape, read })
  }
  return { arrays, named }
}

interface BatchOptions {
  rowsPerCall(rowShapes: readonly (readonly number[])[]): number
  readonly onProgress?: (fraction: number) => void
}

/** The arrays as batches of rows; in one where they have no rows in common, so that the call says what is wrong. */
export async function* batchesOf(
  { arrays, named }: InputRows,
  signatures: readonly Signature[],
  { rowsPerCall, onProgress }: BatchOptions,
): AsyncGenerator<InputBatch> {
  const rows = arrays[0]?.shape[0] ?? 0
  const haveRows = arrays.every(
    ({ shape }, i) => shape[0] === rows && shape.length === signatures[i]?.shape.length,
  )
  const fixed = signatures.map(({ shape }) => shape[0]).find((size) => typeof size === 'number')
  const perCall =
    fixed ?? (haveRows ? rowsPerCall(arrays.map(({ shape }) => shape.slice(1))) : rows)
  const step = haveRows ? Math.max(1, perCall) : Infinity
  let start = 0
  for (;;) {
    const end = Math.min(rows, start + step)
    const inputs: InputBatch['inputs'][number][] = []
    for (const [index, array] of arrays.entries()) {
      const last = haveRows ? end : (array.shape[0] ?? 1)
      inputs.push(inputTensor(await array.read(start, last), signatures[index]?.name ?? ''))
    }
    yield { inputs, named, missing: [] }
    start = end
    onProgress?.(rows === 0 ? 1 : start / rows)
    if (start >= rows || !haveRows) return
  }
}
