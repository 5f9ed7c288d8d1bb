import { describe, expect, test } from 'vitest'
import { writeLogSoftmax, writeSoftmax, writeSparsemax } from '../program.ts'
import { logSoftmax, softmax, sparsemax } from '../reference/softmax.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { evenly, GuardedKernel, randomFloats, ulpError, wholeRange } from './testing.ts'

const ops = { softmax, logSoftmax, sparsemax }
const rows = 3

function run(
  kernel: GuardedKernel,
  op: keyof typeof ops,
  width: number,
  values: Float32Array,
  inPlace = false,
  wide = false,
): Float32Array {
  kernel.reset()
  const x = kernel.floats(values)
  const y = inPlace ? x : kernel.bytes(values.length * 4)
  const scratch = kernel.bytes(width * 4)
  kernel.run(1, (program) => {
    const map = { rows: values.length / width, width, x, y }
    if (op === 'softmax') writeSoftmax(program, 0, { ...map, wide })
    else if (op === 'logSoftmax') writeLogSoftmax(program, 0, map)
    else writeSparsemax(program, 0, { ...map, scratch })
  })
  return kernel.view(y, values.length).slice()
}

/** Rows of different spread, so that some terms are negligible and some subnormal. */
function logits(width: number, scale: number): Float32Array {
  return randomFloats(rows * width, width).map((v) => v * scale)
}

describe.each([
  ['exact', exact],
  ['fast', fast],
])('%s', (_, module) => {
  const kernel = new GuardedKernel(module)
  const widths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 31, 64, 1000]
  const scales = [1e-3, 1, 8, 60, 1e4]

  test('softmax is within 2 ulp of float64, also where it is subnormal', () => {
    for (const width of widths) {
      for (const scale of scales) {
        const x = logits(width, scale)
        const truth = softmax({ rows, width }, x, 'float64')
        const y = run(kernel, 'softmax', width, x)
        const worst = Math.max(...y.map((v, i) => ulpError(v, truth[i]!)))
        expect(worst, `width ${width}, scale ${scale}`).toBeLessThan(2)
      }
    }
  })

  test('log_softmax is within 2 ulp of float64, also where it is next to 0', () => {
    for (const width of widths) {
      for (const scale of scales) {
        const x = logits(width, scale)
        const truth = logSoftmax({ rows, width }, x, 'float64')
        const y = run(kernel, 'logSoftmax', width, x)
        const worst = Math.max(...y.map((v, i) => ulpError(v, truth[i]!)))
        expect(worst, `width ${width}, scale ${scale}`).toBeLessThan(2)
      }
    }
  })

  test('softmax and log_softmax of pairs are within 2 ulp at every distance', () => {
    const distances = [...evenly(-110, 110, 20_000), ...evenly(-2, 2, 20_000), ...wholeRange(4)]
    const x = Float32Array.from(
      distances.filter(Number.isFinite).flatMap((distance) => [0.3, distance]),
    )
    const pairs = { rows: x.length / 2, width: 2 }
    for (const [op, truth] of [
      ['softmax', softmax(pairs, x, 'float64')],
      ['logSoftmax', logSoftmax(pairs, x, 'float64')],
    ] as const) {
      const errors = run(kernel, op, 2, x).map((v, i) => ulpError(v, truth[i]!))
      const worst = errors.indexOf(Math.max(...errors))
      expect(errors[worst], `${op} at ${x[worst]} beside ${x[worst ^ 1]}`).toBeLessThan(2)
    }
  })

  test('sparsemax has the bits of the scalar reference', () => {
    for (const width of widths) {
      for (const scale of [0.01, 0.3, 1, 8, 1e4]) {
        const x = logits(width, scale)
        expect([...run(kernel, 'sparsemax', width, x)]).toEqual([
          ...sparsemax({ rows, width }, x, 'float32'),
        ])
      }
    }
  })

  test.each(['softmax', 'logSoftmax', 'sparsemax'] as const)('%s in place', (op) => {
    for (const width of widths) {
      const x = logits(width, 4)
      expect([...run(kernel, op, width, x, true)]).toEqual([...run(kernel, op, width, x)])
    }
  })

  test('softmax of infinities and NaN', () => {
    const of = (...values: number[]) => [
      ...run(kernel, 'softmax', values.length, Float32Array.from(values)),
    ]
    expect(of(-Infinity, 1)).toEqual([0, 1])
    expect(of(-Infinity, -Infinity)).toEqual([NaN, NaN])
    expect(of(1, Infinity)[1]).toBeNaN()
    expect(of(1, NaN, 0, 2, 3)).toEqual([NaN, NaN, NaN, NaN, NaN])
    expect(of(1e30, 1, 2)).toEqual([1, 0, 0])
    expect(of(-1e9, 5, -1e9, 5, -1e9)).toEqual([0, 0.5, 0, 0.5, 0])
  })

  test('log_softmax of infinities', () => {
    const of = (...values: number[]) => [
      ...run(kernel, 'logSoftmax', values.length, Float32Array.from(values)),
    ]
    expect(of(-Infinity, 1)).toEqual([-Infinity, 0])
    expect(of(1e30, 1, 2)).toEqual([0, Math.fround(-1e30), Math.fround(-1e30)])
    expect(of(1, Infinity)[1]).toBeNaN()
    expect(of(1, NaN, 0, 2, 3)).toEqual([NaN, NaN, NaN, NaN, NaN])
  })
})

describe('softmax, wide', () => {
  const kernel = new GuardedKernel(exact)

  test('is within 0.51 ulp of float64, in place too', () => {
    for (const width of [1, 2, 3, 4, 5, 8, 9, 64]) {
      for (const scale of [1e-3, 1, 8, 60, 1e4]) {
        const x = logits(width, scale)
        const truth = softmax({ rows, width }, x, 'float64')
        const y = run(kernel, 'softmax', width, x, width % 2 === 1, true)
        const worst = Math.max(...y.map((v, i) => ulpError(v, truth[i]!)))
        expect(worst, `width ${width}, scale ${scale}`).toBeLessThan(0.51)
      }
    }
  })

  test('of infinities and NaN', () => {
    const of = (...values: number[]) => [
      ...run(kernel, 'softmax', values.length, Float32Array.from(values), false, true),
    ]
    expect(of(-Infinity, 1)).toEqual([0, 1])
    expect(of(-Infinity, -Infinity)).toEqual([NaN, NaN])
    expect(of(1, Infinity)[1]).toBeNaN()
    expect(of(1, NaN, 0)).toEqual([NaN, NaN, NaN])
    expect(of(1e30, 1, 2)).toEqual([1, 0, 0])
  })
})

test('sparsemax of equal values is all zero, as in Keras 3.15', () => {
  const y = run(new GuardedKernel(exact), 'sparsemax', 3, Float32Array.of(3, 3, 3))
  expect([...y]).toEqual([0, 0, 0])
})
