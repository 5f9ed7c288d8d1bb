import type { Expected, Tolerance } from '../cases/read.ts'
import type { PreparedCase } from '../cases/prepare.ts'
import type { Value } from '../protocol/values.ts'

/** How close to Keras a model has to come, by the dtype in which it computes. */
const tolerances: Readonly<Record<PreparedCase['computeDtype'], Tolerance>> = {
  float32: { rtol: 1e-5, atol: 1e-6 },
  // TensorFlow rounds constants of many float64 layers to float32; cases without any say so in a bound of their own.
  float64: { rtol: 1e-6, atol: 1e-6 },
  float16: { rtol: 5e-3, atol: 5e-3 },
  bfloat16: { rtol: 4e-2, atol: 4e-2 },
}

export function toleranceFor({ data, computeDtype }: PreparedCase): Tolerance {
  return data.tolerance ?? tolerances[computeDtype]
}

/** Why `got` is not what Keras answered; undefined when it is. NaN equals NaN, an infinity equals itself. */
export function firstMismatch(
  got: Value,
  expected: Expected,
  tolerance: Tolerance,
): string | undefined {
  if (got.shape.join() !== expected.shape.join()) {
    return `expected shape (${expected.shape.join(', ')}), got (${got.shape.join(', ')})`
  }
  if (got.data.length !== expected.data.length) {
    return `expected ${expected.data.length} elements, got ${got.data.length}`
  }
  // Keras's bfloat16 is widened to float32 in the file, and strings are arrays of their own.
  const isFloat = expected.dtype.includes('float')
  if (got.dtype !== undefined && !dtypesAgree(got.dtype, expected.dtype))
    return `expected dtype ${expected.dtype}, got ${got.dtype}`
  const floor = isFloat ? tolerance.atol * largestFinite(expected.data as Float64Array) : 0
  const rtol = isFloat ? tolerance.rtol : 0
  for (let i = 0; i < expected.data.length; i++) {
    const a = got.data[i] as number
    const b = expected.data[i] as number
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue
    if (!isFloat) return `element ${i}: expected ${String(b)}, got ${String(a)}`
    const difference = Math.abs(a - b)
    if (difference <= floor + rtol * Math.abs(b) && Number.isFinite(b)) continue
    return `element ${i}: expected ${b}, got ${a} (|Δ| ${difference.toPrecision(3)})`
  }
  return undefined
}

function dtypesAgree(got: string, expected: string): boolean {
  return got === expected || (got === 'bfloat16' && expected === 'float32')
}

function largestFinite(data: Float64Array): number {
  let largest = 0
  for (const value of data) {
    const size = Math.abs(value)
    if (size > largest && size < Infinity) largest = size
  }
  return largest
}
