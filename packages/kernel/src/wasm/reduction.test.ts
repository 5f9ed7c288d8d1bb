import { describe, expect, test } from 'vitest'
import { writeLoop } from '../program.ts'
import { writeNormalize, writeReduce, type ReductionName, type Statistics } from '../records.ts'
import { normalize } from '../reference/normalize.ts'
import { reduce } from '../reference/reduce.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { GuardedKernel, randomFloats, ulpError } from './testing.ts'

const statistics: readonly Statistics[] = [
  'standardize',
  'deviation_only',
  'root_mean_square',
  'unit_norm',
]
const reductions: readonly ReductionName[] = [
  'sum',
  'mean',
  'prod',
  'max',
  'min',
  'var',
  'std',
  'root_of_squares',
  'sum_of_magnitudes',
]
const rows = 3

describe.each([
  ['exact', exact],
  ['fast', fast],
])('%s', (_, module) => {
  const kernel = new GuardedKernel(module)

  test.each(statistics)('normalize, %s: within 0.51 ulp of float64 at every width', (kind) => {
    for (const width of [1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 256]) {
      // A mean that is large beside the deviation.
      const x = randomFloats(rows * width, width).map((v) => v * 0.1 + 100)
      const gamma = randomFloats(width, 2)
      for (const [scaled, shifted] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ]) {
        const epsilon = Math.fround(1e-3)
        kernel.reset()
        const [at, gammaAt] = [kernel.floats(x), kernel.floats(gamma)]
        const y = width % 2 === 0 ? at : kernel.bytes(x.length * 4)
        kernel.run(1, (program) =>
          writeNormalize(program, 0, {
            rows,
            width,
            x: at,
            y,
            statistics: kind,
            epsilon,
            gamma: scaled ? gammaAt : undefined,
            beta: shifted ? gammaAt : undefined,
          }),
        )
        const shape = { rows, width }
        const weights = [scaled ? gamma : null, shifted ? gamma : null] as const
        const truth = normalize(shape, kind, epsilon, x, ...weights, 'float64')
        const got = kernel.view(y, x.length)
        for (const [i, value] of truth.entries()) {
          // Where terms cancel only the larger of them counts.
          const scale = Math.max(Math.abs(value), shifted ? Math.abs(gamma[i % width]!) : 0)
          const error = Math.abs(got[i]! - value)
          expect(error, `width ${width}, element ${i}`).toBeLessThanOrEqual(
            scale * 0.51 * 2 ** -23 + 1e-12,
          )
        }
      }
    }
  })

  test('normalize: rows take the rows of gamma and beta in turn, however they are split', () => {
    const [all, width, period] = [7, 5, 3]
    const x = randomFloats(all * width, 1)
    const gamma = randomFloats(period * width, 2)
    const beta = randomFloats(period * width, 3)
    const shape = { rows: 1, width }
    const truth = Array.from({ length: all }, (__, row) => {
      const own = (data: Float32Array, at: number) => data.slice(at * width, (at + 1) * width)
      const [scale, shift] = [own(gamma, row % period), own(beta, row % period)]
      return [...normalize(shape, 'standardize', 0, own(x, row), scale, shift, 'float64')]
    }).flat()
    for (let tileRows = 1; tileRows <= all; tileRows++) {
      kernel.reset()
      const op = { rows: all, width, period, statistics: 'standardize', epsilon: 0 } as const
      const [at, y] = [kernel.floats(x), kernel.bytes(x.length * 4)]
      const weights = { gamma: kernel.floats(gamma), beta: kernel.floats(beta) }
      kernel.run(2, (program) => {
        writeLoop(program, 0, { rows: all, tileRows, body: 1 })
        writeNormalize(program, 1, { ...op, ...weights, x: at, y })
      })
      const got = kernel.view(y, x.length)
      truth.forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(2e-7))
    }
  })

  test('a norm of zero and a tiny norm are limited by epsilon', () => {
    kernel.reset()
    const x = kernel.floats([0, 0, 0, 1e-20, 0, 0])
    const y = kernel.bytes(24)
    kernel.run(1, (program) =>
      writeNormalize(program, 0, {
        rows: 2,
        width: 3,
        x,
        y,
        statistics: 'unit_norm',
        epsilon: 1e-12,
      }),
    )
    const [, , , tiny] = kernel.view(y, 6)
    expect([...kernel.view(y, 3)]).toEqual([0, 0, 0])
    expect(tiny).toBeCloseTo(1e-8, 12)
  })

  test.each(reductions)('%s is float64 rounded once, over every count and width', (reduction) => {
    for (const count of [1, 2, 3, 4, 5, 7, 8, 9, 130]) {
      for (const width of [1, 2, 3, 4, 5, 8, 9]) {
        const x = randomFloats(rows * count * width, count + width)
        kernel.reset()
        const [at, y] = [kernel.floats(x), kernel.bytes(rows * width * 4)]
        kernel.run(1, (program) =>
          writeReduce(program, 0, { reduction, rows, count, width, x: at, y }),
        )
        const truth = reduce({ rows, count, width }, reduction, x, 'float64')
        kernel.view(y, truth.length).forEach((value, i) => {
          // Cancellation leaves what float64 rounds off.
          const error = Math.abs(value - truth[i]!) < 1e-14 ? 0 : ulpError(value, truth[i]!)
          expect(error, `count ${count}, width ${width}`).toBeLessThanOrEqual(0.5001)
        })
      }
    }
  })

  test('max and min of NaN are NaN, and of nothing infinite', () => {
    kernel.reset()
    const x = kernel.floats([1, NaN, 3, 4, 5])
    const y = kernel.bytes(12)
    kernel.run(3, (program) => {
      writeReduce(program, 0, { reduction: 'max', rows: 1, count: 5, width: 1, x, y })
      writeReduce(program, 1, { reduction: 'min', rows: 1, count: 5, width: 1, x, y: y + 4 })
      writeReduce(program, 2, { reduction: 'max', rows: 1, count: 0, width: 1, x, y: y + 8 })
    })
    expect([...kernel.view(y, 3)]).toEqual([NaN, NaN, -Infinity])
  })
})
