import { describe, expect, test } from 'vitest'
import {
  matmulScratchBytes,
  writeBand,
  writeMatmul,
  writeWhere,
  type SpanningAddress,
  type OperandKind,
} from '../records.ts'
import { dense } from '../reference/dense.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { GuardedKernel, randomFloats } from './testing.ts'

interface Sizes {
  readonly m: number
  readonly k: number
  readonly n: number
}

/** a (batch, m, k) · b, of which the last `shared` batches are the same, b (batch, k, n) or transposed. */
function run(
  kernel: GuardedKernel,
  batch: number,
  { m, k, n }: Sizes,
  a: Float32Array,
  b: Float32Array,
  settings: { transposed: boolean; shared: number },
): Float32Array {
  kernel.reset()
  const [aAt, bAt] = [kernel.floats(a), kernel.floats(b)]
  const y = kernel.bytes(batch * m * n * 4)
  const scratch = kernel.bytes(matmulScratchBytes(k, n), 64)
  const { transposed, shared } = settings
  const axes = kernel.words([
    batch / shared,
    shared,
    m * k * 4 * shared,
    m * k * 4,
    k * n * 4,
    0,
    m * n * 4 * shared,
    m * n * 4,
  ])
  kernel.run(1, (program) =>
    writeMatmul(program, 0, {
      count: batch,
      m,
      k,
      n,
      a: aAt,
      aStride: k * 4,
      b: bAt,
      bStrides: transposed ? [4, k * 4] : [n * 4, 4],
      y,
      yStride: n * 4,
      scratch,
      rank: 2,
      axes,
    }),
  )
  return kernel.view(y, batch * m * n).slice()
}

/** Row-major (rows, columns) to (columns, rows). */
function turned(x: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(x, (_, i) => x[(i % rows) * columns + Math.floor(i / rows)]!)
}

const innerSizes = [1, 2, 3, 4, 15, 16, 17, 18, 19, 20, 33, 128, 130, 261]

describe.each([
  ['exact', exact],
  ['fast', fast],
] as const)('%s', (name, module) => {
  const kernel = new GuardedKernel(module)

  test('the scratch of a product holds packed weights', () => {
    for (const k of [0, ...innerSizes]) {
      for (const n of [1, 3, 4, 5, 8, 9, 17])
        if (name === 'exact')
          expect(matmulScratchBytes(k, n)).toBe(kernel.exports.packedDenseBytes(k, n))
        else
          expect(matmulScratchBytes(k, n)).toBeGreaterThanOrEqual(
            kernel.exports.packedDenseBytes(k, n),
          )
    }
  })

  test('products have the bits of Dense with the same weights, b as it is or transposed', () => {
    for (const k of innerSizes) {
      for (const m of [1, 2, 3, 4, 5, 13]) {
        for (const n of [1, 3, 4, 5, 7, 8, 9, 12, 17, 33]) {
          const a = randomFloats(m * k, 1)
          const b = randomFloats(k * n, 2)
          const plain = run(kernel, 1, { m, k, n }, a, b, { transposed: false, shared: 1 })
          const other = run(kernel, 1, { m, k, n }, a, turned(b, k, n), {
            transposed: true,
            shared: 1,
          })
          const sizes = `m ${m}, k ${k}, n ${n}`
          expect(other, sizes).toEqual(plain)
          const precision = name === 'exact' ? 'float32' : 'float64'
          const expected = dense({ rows: m, inner: k, units: n }, a, b, null, precision)
          const worst = Math.max(...expected.map((v, i) => Math.abs(v - plain[i]!)))
          expect(worst, sizes).toBeLessThanOrEqual(name === 'exact' ? 0 : 1e-6 * Math.sqrt(k))
        }
      }
    }
  })

  test('batches take their own matrices, and share b along an axis of stride 0', () => {
    const sizes = { m: 3, k: 20, n: 9 }
    const a = randomFloats(6 * 3 * 20, 3)
    const b = randomFloats(6 * 20 * 9, 4)
    for (const shared of [1, 2, 3, 6]) {
      const y = run(kernel, 6, sizes, a, b, { transposed: false, shared })
      for (let i = 0; i < 6; i++) {
        const from = Math.floor(i / shared) * 180
        const own = run(kernel, 1, sizes, a.slice(i * 60, i * 60 + 60), b.slice(from, from + 180), {
          transposed: false,
          shared: 1,
        })
        expect(y.slice(i * 27, i * 27 + 27)).toEqual(own)
      }
    }
  })

  test('a product over nothing is zero', () => {
    expect([
      ...run(kernel, 1, { m: 2, k: 0, n: 3 }, new Float32Array(0), new Float32Array(0), {
        transposed: false,
        shared: 1,
      }),
    ]).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('where picks by condition for all operand kinds', () => {
    const kinds: readonly OperandKind[] = ['full', 'row', 'column', 'scalar']
    const rows = 2
    for (const width of [1, 3, 4, 5, 9]) {
      for (let at = 0; at < 64; at++) {
        const [c, a, b] = [at & 3, (at >> 2) & 3, at >> 4].map((kind) => kinds[kind]!) as [
          OperandKind,
          OperandKind,
          OperandKind,
        ]
        kernel.reset()
        const operand = (
          kind: OperandKind,
          seed: number,
        ): { values: Float32Array; span: SpanningAddress } => {
          const length = { full: rows * width, row: width, column: rows, scalar: 1 }[kind]
          const values = randomFloats(length, seed).map((v) => (seed === 1 && v < 0 ? 0 : v))
          return { values, span: { address: kernel.floats(values), kind, advance: 0 } }
        }
        const operands = [operand(c, 1), operand(a, 2), operand(b, 3)] as const
        const y = kernel.bytes(rows * width * 4)
        kernel.run(1, (program) =>
          writeWhere(program, 0, {
            rows,
            width,
            condition: operands[0].span,
            a: operands[1].span,
            b: operands[2].span,
            y,
            yAdvance: 0,
          }),
        )
        const element = ({ values, span }: (typeof operands)[0], row: number, i: number): number =>
          values[{ full: row * width + i, row: i, column: row, scalar: 0 }[span.kind]]!
        const expected = Array.from({ length: rows * width }, (_, i) => {
          const place = [Math.floor(i / width), i % width] as const
          return element(operands[element(operands[0], ...place) === 0 ? 2 : 1], ...place)
        })
        expect([...kernel.view(y, rows * width)], `${c} ${a} ${b} ${width}`).toEqual(expected)
      }
    }
  })

  test('band keeps the columns around the diagonal, in place or not', () => {
    for (const [below, above] of [
      [9, 0],
      [0, 0],
      [1, 2],
      [0, 9],
    ] as const) {
      for (const inPlace of [false, true]) {
        const [period, width] = [3, 5]
        const values = randomFloats(2 * period * width, 5)
        kernel.reset()
        const x = kernel.floats(values)
        const y = inPlace ? x : kernel.bytes(values.length * 4)
        kernel.run(1, (program) =>
          writeBand(program, 0, {
            rows: 2 * period,
            width,
            x,
            y,
            period,
            below,
            above,
            value: -1e9,
          }),
        )
        const expected = [...values].map((v, at) => {
          const [t, i] = [Math.floor(at / width) % period, at % width]
          return i >= t - below && i <= t + above ? v : Math.fround(-1e9)
        })
        expect([...kernel.view(y, values.length)]).toEqual(expected)
      }
    }
  })
})
