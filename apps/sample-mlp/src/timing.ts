import type { LoadedModel } from '@dotplus/node'
import type { CallTimes } from './result.ts'

const manyRows = 100_000
const callsPerReading = 10_000

/** Milliseconds of `predict` for one row and for 100,000, each the median of several readings. */
export function measure(model: LoadedModel, rows: Float32Array, columns: number): CallTimes {
  const row = rows.slice(0, columns)
  const many = repeated(rows, manyRows * columns)
  const oneRow = medianOf(9, () => {
    for (let call = 0; call < callsPerReading; call++) model.predict(row)
  })
  return { oneRow: oneRow / callsPerReading, manyRows: medianOf(9, () => void model.predict(many)) }
}

function repeated(values: Float32Array, length: number): Float32Array {
  const result = new Float32Array(length)
  for (let start = 0; start < length; start += values.length) {
    result.set(values.subarray(0, Math.min(values.length, length - start)), start)
  }
  return result
}

/** The first third of the readings only warms up. */
function medianOf(readings: number, run: () => void): number {
  const times: number[] = []
  for (let reading = -readings / 3; reading < readings; reading++) {
    const start = performance.now()
    run()
    if (reading >= 0) times.push(performance.now() - start)
  }
  return times.toSorted((a, b) => a - b)[readings >> 1] as number
}
