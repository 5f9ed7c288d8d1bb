import type { Contestant } from '../contestants/contestant.ts'

/** How far outputs are from Keras's own, and from the same network computed in float64. */
export interface Accuracy {
  readonly ok: boolean
  readonly maxAbs: number
  /** Sum of squared differences to float64: of these outputs, and of Keras's own. */
  readonly squaredError: { readonly ours: number; readonly keras: number }
  /** The first number out of bounds, as one line; only when not ok. */
  readonly reason?: string
}

/** What outputs are compared with. */
export interface Answers {
  readonly keras: Float32Array
  readonly truth: Float64Array
}

/**
 * The project's rule for float32 against Keras: |a − b| ≤ 1e-6·largest + 1e-5·|b|, largest = max|b| over all of b; or an
 * error against float64 that is no larger than Keras's own (twice that in fast mode), since deep random networks amplify the last bits of both.
 * Peers only have to compute the same network: |a − b| ≤ 1e-3·largest.
 */
export function compareWithKeras(
  actual: Float32Array,
  { keras, truth }: Answers,
  largest: number,
  bound: Contestant['bound'],
): Accuracy {
  if (actual.length !== keras.length) {
    const reason = `expected ${keras.length} numbers, got ${actual.length}`
    return { ok: false, maxAbs: Number.NaN, squaredError: { ours: 0, keras: 0 }, reason }
  }
  const [absolute, relative] = bound === 'sanity' ? [1e-3, 0] : [1e-6, 1e-5]
  let maxAbs = 0
  let reason: string | undefined
  const squaredError = { ours: 0, keras: 0 }
  for (let i = 0; i < keras.length; i++) {
    const difference = Math.abs(actual[i]! - keras[i]!)
    const limit = absolute * largest + relative * Math.abs(keras[i]!)
    if (!(difference <= limit)) reason ??= `output ${i}: expected ${keras[i]}, got ${actual[i]}`
    maxAbs = Math.max(maxAbs, difference)
    squaredError.ours += (actual[i]! - truth[i]!) ** 2
    squaredError.keras += (keras[i]! - truth[i]!) ** 2
  }
  const most = { strict: 1, fast: 2, sanity: 0 }[bound]
  const isAsGood = squaredError.ours <= squaredError.keras * most ** 2
  return reason === undefined || isAsGood
    ? { ok: true, maxAbs, squaredError }
    : { ok: false, maxAbs, squaredError, reason }
}

export function largestMagnitude(values: Float32Array): number {
  return values.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
}
