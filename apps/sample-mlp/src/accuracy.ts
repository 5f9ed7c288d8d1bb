import { createHash } from 'node:crypto'
import { compare, ulpDistance } from 'dotplus'
import type { ErrorFigures } from './result.ts'

/** |a−b| ≤ 1e-6·max|b| + 1e-5·|b|: what "equal to Keras" means for a float32 model. */
const tolerance = { rtol: 1e-5, atol: 1e-6 }

/** Predictions beside Keras's, row by row. */
export interface Agreement {
  readonly maxAbs: number
  readonly maxUlp: number
  readonly equal: boolean
}

export function agreement(ours: Float32Array, keras: Float32Array): Agreement {
  const shape = [keras.length]
  const { ok, maxAbs, maxUlp } = compare(
    { data: ours, shape: [ours.length] },
    { data: keras, shape },
    tolerance,
  )
  return { equal: ok, maxAbs, maxUlp }
}

/** ours − keras of each row in ulp, with its sign. */
export function signedUlps(ours: Float32Array, keras: Float32Array): number[] {
  return Array.from(ours, (value, row) => {
    const reference = keras[row] as number
    return Math.sign(value - reference) * ulpDistance(value, reference, 'float32')
  })
}

/** Largest and root mean square error against the float64 forward pass. */
export function errorAgainst(exact: Float64Array, values: Float32Array): ErrorFigures {
  let maxAbs = 0
  let squares = 0
  for (const [row, value] of values.entries()) {
    const error = Math.abs(value - (exact[row] as number))
    maxAbs = Math.max(maxAbs, error)
    squares += error * error
  }
  return { maxAbs, rms: Math.sqrt(squares / values.length) }
}

/** SHA-256 of an array's bytes, in hex. */
export function hashOf(values: Float32Array): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex')
}
