import { describe, expect, test } from 'vitest'
import * as L from '../wasm/layout.ts'
import { Fourier } from './fourier.ts'

const functions: Readonly<Record<number, (x: number) => number>> = {
  [L.COS]: Math.cos,
  [L.SIN]: Math.sin,
}

const float64 = (code: number, x: number): number => functions[code]?.(x) ?? NaN

/** By the definition: O(length²). */
function transformed(real: Float64Array, imaginary: Float64Array): [number[], number[]] {
  const length = real.length
  const sums = Array.from(real, (_, k) => {
    let [re, im] = [0, 0]
    for (let n = 0; n < length; n++) {
      const angle = (-2 * Math.PI * ((k * n) % length)) / length
      const [c, s] = [Math.cos(angle), Math.sin(angle)]
      re += (real[n] as number) * c - (imaginary[n] as number) * s
      im += (real[n] as number) * s + (imaginary[n] as number) * c
    }
    return [re, im] as const
  })
  return [sums.map(([re]) => re), sums.map(([, im]) => im)]
}

describe('Fourier transform within 1e-13 of the definition, relative to the largest', () => {
  // Powers of two, products of several primes, primes, and nothing to do.
  test.each([1, 2, 3, 4, 5, 8, 12, 21, 30, 53, 64, 100, 121, 128, 210, 256])(
    'length %i',
    (length) => {
      const real = Float64Array.from({ length }, (_, i) => ((i * 37) % 19) - 9)
      const imaginary = Float64Array.from({ length }, (_, i) => ((i * 11) % 23) / 7)
      const [re, im] = transformed(real, imaginary)
      const largest = Math.max(...re.map(Math.abs), ...im.map(Math.abs))
      new Fourier(length, float64).transform(real, imaginary)
      for (let k = 0; k < length; k++) {
        expect(Math.abs((real[k] as number) - (re[k] as number))).toBeLessThanOrEqual(
          1e-13 * largest,
        )
        expect(Math.abs((imaginary[k] as number) - (im[k] as number))).toBeLessThanOrEqual(
          1e-13 * largest,
        )
      }
    },
  )
})
