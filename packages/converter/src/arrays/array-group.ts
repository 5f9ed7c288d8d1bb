import { FormatError, ModelError } from '@dotplus/core'
import { describeArray, lazyArray, type LazyArray } from '../array.ts'
import { openNpy, type OpenedNpy } from '../binary/npy.ts'
import { openNpz } from '../binary/npz.ts'
import { ObjectArray, PickledArray, Tuple, type PickleValue } from '../binary/pickle.ts'
import { baseName, type Source } from '../source.ts'

/** An array with the name its file gave it; undefined where the file gives none, as in a list. */
export interface NamedArray {
  readonly name: string | undefined
  /** Where it is, for errors: "L1_weights.npy", "weights.npz/arr_0". */
  readonly place: string
  readonly array: LazyArray
}

/** Arrays of any number of `.npy` files, each holding one array or a pickled list or dict of them. */
export async function arraysOfNpy(sources: readonly Source[]): Promise<NamedArray[]> {
  const arrays: NamedArray[] = []
  for (const source of sources) {
    const content = await openNpy(source)
    const name = baseName(source.name).replace(/\.npy$/i, '')
    arrays.push(...arraysOfContent(content, sources.length > 1 ? name : undefined, source.name))
  }
  return arrays
}

/** Arrays of a `.npz` file by name. */
export async function arraysOfNpz(source: Source): Promise<NamedArray[]> {
  const npz = await openNpz(source)
  const arrays: NamedArray[] = []
  for (const name of npz.names) {
    arrays.push(...arraysOfContent(await npz.open(name), name, `${source.name}/${name}`))
  }
  return arrays
}

/** Arrays of a pickle: a list, tuple or dict of them, nested as it may be. */
export function arraysOfPickle(value: PickleValue, place: string): NamedArray[] {
  const arrays: NamedArray[] = []
  collect(value, undefined, place, arrays)
  return arrays
}

function arraysOfContent(
  content: OpenedNpy,
  name: string | undefined,
  place: string,
): NamedArray[] {
  if (content.kind === 'array') return [{ name, place, array: content.array }]
  const arrays: NamedArray[] = []
  collect(content.value, name, place, arrays)
  return arrays
}

const mostArrays = 1 << 20

function collect(
  value: PickleValue,
  name: string | undefined,
  place: string,
  arrays: NamedArray[],
): void {
  // A pickle can hold the same list many times over, and that one others.
  if (arrays.length > mostArrays) {
    throw new FormatError('too many arrays', { file: place, expected: `at most ${mostArrays}` })
  }
  if (value instanceof PickledArray) {
    arrays.push({ name, place, array: lazyArray(value.array) })
  } else if (value instanceof ObjectArray || value instanceof Tuple || Array.isArray(value)) {
    const items = Array.isArray(value) ? value : value.items
    // np.array([...], dtype=object) of arrays of one shape keeps their elements apart: numbers where arrays should be.
    if (items.some((item) => typeof item === 'number')) rejectNumbers(value, place)
    for (const [index, item] of items.entries()) collect(item, name, `${place}[${index}]`, arrays)
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      const inner = name === undefined ? String(key) : `${name}/${String(key)}`
      collect(item, inner, `${place}[${JSON.stringify(String(key))}]`, arrays)
    }
  } else {
    throw new FormatError('something else among the arrays', {
      file: place,
      expected: 'NumPy arrays, lists and dicts of them',
      got: value === null ? 'None' : value instanceof Uint8Array ? 'bytes' : typeof value,
    })
  }
}

function rejectNumbers(value: PickleValue, place: string): never {
  throw new ModelError('numbers where arrays should be', {
    file: place,
    got:
      value instanceof ObjectArray
        ? `an object array of shape (${value.shape.join(', ')})`
        : 'a list of numbers',
    hint: 'Save with np.savez(file, *model.get_weights()) instead',
  })
}

/** "L1_weights.npy float32 (4, 20)" */
export function describeNamed({ place, array }: NamedArray): string {
  return `${place} ${describeArray(array)}`
}
