import { describe, expect, it } from 'vitest'
import { float32Array, lazyArray } from '../array.ts'
import { boundariesOf } from './quantile-summary.ts'

async function boundaries(values: number[], counts: number[], bins: number): Promise<number[]> {
  const summary = float32Array([2, values.length], [...values, ...counts])
  const read = await boundariesOf(lazyArray(summary), bins).read()
  return Array.from(new Float32Array(read.data.slice().buffer))
}

describe('boundaries from a summary of data', () => {
  // numpy.interp as in tf_keras/src/layers/preprocessing/discretization.py
  it('are interpolated between values by their share of the data', async () => {
    expect(await boundaries([1, 2, 3, 4], [1, 1, 1, 1], 2)).toEqual([2])
    expect(await boundaries([0, 10, 20, 30, 40], [1, 2, 3, 2, 2], 4)).toEqual([
      7.499999523162842, 16.66666603088379, 27.5,
    ])
  })

  it('are the values themselves where there are fewer than bins', async () => {
    expect(await boundaries([1, 2, 3], [1, 1, 1], 5)).toEqual([1, 2])
  })

  it('are not read from an array of another form', async () => {
    const array = lazyArray(float32Array([3, 4], Array<number>(12).fill(1)))
    await expect(boundariesOf(array, 2).read()).rejects.toThrow('expected float32 (2, n)')
  })
})
