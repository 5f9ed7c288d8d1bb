import type { ElementType } from './element-type.ts'

/** A Python number, which takes on the dtype of what it meets. */
export type WeakType = 'int' | 'float'
type Node = ElementType | WeakType

/** What each dtype is promoted to next, as in keras.backend.result_type (JAX's lattice). */
const next: Readonly<Record<string, string>> = {
  bool: 'int',
  uint8: 'int16 uint16',
  uint16: 'int32 uint32',
  uint32: 'int64 uint64',
  uint64: 'float',
  int: 'uint8 int8',
  int8: 'int16',
  int16: 'int32',
  int32: 'int64',
  int64: 'float',
  float: 'bfloat16 float16',
  bfloat16: 'float32',
  float16: 'float32',
  float32: 'float64',
  float64: '',
}

/** A dtype and all it can be promoted to. */
function upper(node: string): Set<string> {
  const all = new Set([node])
  for (const each of all)
    for (const above of (next[each] ?? '').split(' ')) if (above) all.add(above)
  return all
}

/** The lowest dtype that all of them can be promoted to. */
function leastUpperBound(nodes: readonly string[]): string | undefined {
  const uppers = nodes.map(upper)
  const common = [...(uppers[0] ?? [])].filter((each) => uppers.every((set) => set.has(each)))
  return common.find((each) => common.every((other) => upper(each).has(other)))
}

/** Weak results take Keras's default precision, and its promotion never gives uint64. */
const settled: Readonly<Record<string, ElementType>> = {
  int: 'int32',
  float: 'float32',
  uint64: 'uint32',
}

/**
 * The dtype in which values of these dtypes meet: keras.backend.result_type. Python's numbers are weak, so that they do
 * not widen what they meet.
 *
 * @returns undefined where Keras has none, as for strings
 */
export function resultType(...dtypes: readonly Node[]): ElementType | undefined {
  const [first] = dtypes
  if (first === undefined) return 'float32'
  if (dtypes.every((dtype) => dtype === first)) return settled[first] ?? (first as ElementType)
  const bound = leastUpperBound(dtypes)
  return bound === undefined ? undefined : (settled[bound] ?? (bound as ElementType))
}
