import { elementsOf } from '@dotplus/core'
import type { NdArray } from './array.ts'

/** Elements as the expected.json files write them. */
export function valuesOf(array: NdArray): string[] {
  if (array.strings) return [...array.strings]
  const elements = elementsOf({ ...array, name: '', shape: [...array.shape], strings: [] })
  if (array.dtype === 'float16')
    return Array.from(elements as Uint16Array, (bits) => pythonRepr(halfToNumber(bits)))
  const isFloat = array.dtype === 'float32' || array.dtype === 'float64'
  return Array.from(elements as ArrayLike<number | bigint>, (value) =>
    isFloat ? pythonRepr(Number(value)) : `${value}`,
  )
}

/** repr() of a Python float, for the values the test data has. */
function pythonRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  return Number.isInteger(value) ? `${value}.0` : `${value}`
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
