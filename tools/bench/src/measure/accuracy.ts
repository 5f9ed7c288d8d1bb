export interface Accuracy {
  readonly ok: boolean
  readonly maxAbs: number
  /** The first number out of bounds, as one line; only when not ok. */
  readonly reason?: string
}

/** The project's rule for float32 against Keras: |a − b| ≤ 1e-6·largest + 1e-5·|b|, largest = max|b| over all of b. */
export function compareWithKeras(
  actual: Float32Array,
  keras: Float32Array,
  largest: number,
): Accuracy {
  if (actual.length !== keras.length) {
    const reason = `expected ${keras.length} numbers, got ${actual.length}`
    return { ok: false, maxAbs: Number.NaN, reason }
  }
  let maxAbs = 0
  let reason: string | undefined
  for (let i = 0; i < keras.length; i++) {
    const difference = Math.abs(actual[i]! - keras[i]!)
    const bound = 1e-6 * largest + 1e-5 * Math.abs(keras[i]!)
    if (!(difference <= bound)) reason ??= `output ${i}: expected ${keras[i]}, got ${actual[i]}`
    maxAbs = Math.max(maxAbs, difference)
  }
  return reason === undefined ? { ok: true, maxAbs } : { ok: false, maxAbs, reason }
}

export function largestMagnitude(values: Float32Array): number {
  return values.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
}
