import { describe, expect, test } from 'vitest'
import {
  activation,
  linear,
  writeActivation,
  writeDense,
  writeLoop,
  type Activation,
} from '../program.ts'
import { scalarActivation } from '../reference/activation.ts'
import { dense } from '../reference/dense.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { ONE_ROW, TWO_ROWS, TWO_ROWS_SPREAD } from './layout.ts'
import { GuardedKernel, randomFloats } from './testing.ts'

interface Shape {
  rows: number
  inner: number
  units: number
}

const builds = { exact, fast }

/** All sizes up to twice the largest tile and one more: 6 rows, 8 columns, 11 products in float64. */
function* smallShapes(): Generator<Shape> {
  for (let rows = 1; rows <= 13; rows++) {
    for (let units = 1; units <= 17; units++) {
      for (let inner = 1; inner <= 33; inner++) yield { rows, inner, units }
    }
  }
}

/** Around blocks of 128 and 512 products, and single rows around four and six panels of 8 columns. */
function* largeShapes(): Generator<Shape> {
  for (const inner of [127, 128, 129, 130, 131, 132, 255, 256, 257]) {
    for (const rows of [1, 2, 3, 4, 5, 6, 7, 13]) {
      for (const units of [1, 4, 5, 8, 9]) yield { rows, inner, units }
    }
  }
  // Panels are passed in slices of 512 products.
  for (const inner of [511, 512, 513, 640, 1024, 1027]) {
    for (const rows of [1, 2, 3, 7])
      for (const units of [3, 4, 7, 8, 13]) yield { rows, inner, units }
  }
  // Many products from a single row: in streams side by side.
  yield { rows: 1, inner: 2048, units: 150 }
  // Rows are shared out among tiles of six, four and three.
  for (let rows = 14; rows <= 25; rows++) yield { rows, inner: 20, units: 13 }
  // Rows are taken in chunks that the cache holds.
  for (const rows of [191, 192, 193, 385]) yield { rows, inner: 520, units: 9 }
  for (let units = 1; units <= 97; units++) {
    for (const inner of [11, 12, 20, 127, 128, 130]) yield { rows: 1, inner, units }
  }
}

function inputs({ rows, inner, units }: Shape) {
  return {
    x: randomFloats(rows * inner, 1 + inner),
    weights: randomFloats(inner * units, 2 + inner),
    bias: randomFloats(units, 3 + inner),
  }
}

function run(
  kernel: GuardedKernel,
  { rows, inner, units }: Shape,
  { x, weights, bias }: { x: Float32Array; weights: Float32Array; bias: Float32Array | null },
  function_: Activation = linear,
): Float32Array {
  kernel.reset()
  const packed = kernel.packDense(inner, units, weights, bias)
  const from = kernel.floats(x)
  const y = kernel.bytes(rows * units * 4)
  kernel.run(1, (program) =>
    writeDense(program, 0, {
      rows,
      inner,
      units,
      x: from,
      weights: packed,
      y,
      activation: function_,
    }),
  )
  return kernel.view(y, rows * units).slice()
}

describe.each([
  ['two rows', TWO_ROWS],
  ['two rows, the first spread', TWO_ROWS_SPREAD],
  ['one row', ONE_ROW],
])('exact, tiles of %s', (_name, tiling) => {
  test.each([
    ['all small shapes', smallShapes],
    ['large shapes', largeShapes],
  ])('has the bits of the scalar reference: %s', (_, shapes) => {
    const kernel = new GuardedKernel(exact)
    kernel.exports.tiling.value = tiling
    for (const shape of shapes()) {
      const given = inputs(shape)
      const expected = dense(shape, given.x, given.weights, given.bias, 'float32')
      expect([...run(kernel, shape, given)], JSON.stringify(shape)).toEqual([...expected])
    }
  })
})

describe('fast', () => {
  test.each([
    ['all small shapes', smallShapes],
    ['large shapes', largeShapes],
  ])('is within (K + 2) · 2⁻²⁴ · (Σ|x·w| + |b|) of float64: %s', (_, shapes) => {
    const kernel = new GuardedKernel(fast)
    for (const shape of shapes()) {
      const { x, weights, bias } = inputs(shape)
      const truth = dense(shape, x, weights, bias, 'float64')
      const [ax, aw, ab] = [x, weights, bias].map((v) => v.map(Math.abs))
      const scale = dense(shape, ax!, aw!, ab!, 'float64')
      const y = run(kernel, shape, { x, weights, bias })
      const worst = Math.max(...y.map((v, i) => Math.abs(v - truth[i]!) / scale[i]!))
      expect(worst, JSON.stringify(shape)).toBeLessThanOrEqual((shape.inner + 2) * 2 ** -24)
    }
  })
})

describe.each(Object.entries(builds))('%s', (_, module) => {
  const kernel = new GuardedKernel(module)

  test('a row has the same bits alone and among others', () => {
    for (const inner of [4, 20, 130]) {
      for (const units of [1, 3, 10, 33]) {
        const rows = 13
        const { x, weights, bias } = inputs({ rows, inner, units })
        const together = run(kernel, { rows, inner, units }, { x, weights, bias })
        for (let row = 0; row < rows; row++) {
          const alone = { x: x.slice(row * inner, (row + 1) * inner), weights, bias }
          expect(run(kernel, { rows: 1, inner, units }, alone)).toEqual(
            together.slice(row * units, (row + 1) * units),
          )
        }
      }
    }
  })

  test('NaN and infinities stay in their row and column', () => {
    for (const inner of [5, 21]) {
      const shape = { rows: 7, inner, units: 9 }
      const { x, weights, bias } = inputs(shape)
      x[3 * inner + 2] = NaN
      x[5 * inner + 1] = Infinity
      weights[4 * 9 + 6] = -Infinity
      const expected = dense(shape, x, weights, bias, 'float64')
      const y = run(kernel, shape, { x, weights, bias })
      const kind = (v: number) => (Number.isFinite(v) ? 0 : v)
      expect([...y].map(kind)).toEqual([...expected].map(kind))
      const relu = run(kernel, shape, { x, weights, bias }, activation('relu'))
      expect([...relu].map(kind)).toEqual([...expected].map((v) => kind(v < 0 ? 0 : v)))
    }
  })

  test('without a bias', () => {
    for (const inner of [5, 21]) {
      const shape = { rows: 3, inner, units: 9 }
      const { x, weights } = inputs(shape)
      const zero = new Float32Array(9)
      expect(run(kernel, shape, { x, weights, bias: null })).toEqual(
        run(kernel, shape, { x, weights, bias: zero }),
      )
    }
  })

  test.each(['gelu', 'silu'] as const)(
    '%s within a product has the bits it has after it',
    (name) => {
      const spec = activation(name)
      const sizes = Array.from({ length: 17 }, (_, i) => i + 1)
      const shapes = sizes.flatMap((units) =>
        [1, 2, 3, 6, 13].flatMap((rows) =>
          [11, 12, 33, 513].map((inner): Shape => ({ rows, inner, units })),
        ),
      )
      for (const shape of shapes) {
        const given = inputs(shape)
        const sums = run(kernel, shape, given)
        const within = run(kernel, shape, given, spec)
        kernel.reset()
        const x = kernel.floats(sums)
        kernel.run(1, (program) =>
          writeActivation(program, 0, { rows: 1, width: sums.length, x, y: x, activation: spec }),
        )
        expect([...within], JSON.stringify(shape)).toEqual([...kernel.view(x, sums.length)])
      }
    },
  )

  test('every activation follows the sums', () => {
    for (const [inner, units] of [
      [5, 9],
      [21, 6],
    ] as const) {
      const shape = { rows: 5, inner, units }
      const given = inputs(shape)
      const sums = run(kernel, shape, given)
      for (const name of ['relu', 'relu6', 'leaky_relu', 'hard_tanh', 'tanh', 'gelu'] as const) {
        const truth = Float64Array.from(sums, scalarActivation(activation(name), 'float64'))
        const y = run(kernel, shape, given, activation(name))
        y.forEach((v, i) => expect(Math.abs(v - truth[i]!)).toBeLessThan(1e-6))
      }
    }
  })

  test('reads and writes rows with gaps between them', () => {
    for (const inner of [5, 21]) {
      const [rows, units, gap] = [7, 10, 3]
      const { x, weights, bias } = inputs({ rows, inner, units })
      const expected = run(kernel, { rows, inner, units }, { x, weights, bias }, activation('tanh'))
      kernel.reset()
      const xStride = inner + gap
      const yStride = units + gap
      const spread = new Float32Array(rows * xStride).fill(NaN)
      for (let row = 0; row < rows; row++) {
        spread.set(x.subarray(row * inner, (row + 1) * inner), row * xStride)
      }
      const from = kernel.floats(spread)
      const packed = kernel.packDense(inner, units, weights, bias)
      const y = kernel.bytes(rows * yStride * 4)
      kernel.run(1, (program) =>
        writeDense(program, 0, {
          rows,
          inner,
          units,
          x: from,
          xStride: xStride * 4,
          weights: packed,
          y,
          yStride: yStride * 4,
          activation: activation('tanh'),
        }),
      )
      const result = kernel.view(y, rows * yStride)
      for (let row = 0; row < rows; row++) {
        const at = row * yStride
        expect(result.slice(at, at + units)).toEqual(expected.slice(row * units, (row + 1) * units))
        expect(result.slice(at + units, at + yStride)).toEqual(Float32Array.of(NaN, NaN, NaN))
      }
    }
  })

  test('a loop over tiles has the bits of a run over all rows', () => {
    const relu = activation('relu')
    const [rows, widths] = [53, [4, 20, 10, 1]] as const
    const x = randomFloats(rows * 4)
    const layers = [1, 2, 3].map((i) => ({
      inner: widths[i - 1]!,
      units: widths[i]!,
      weights: randomFloats(widths[i - 1]! * widths[i]!, i),
      bias: randomFloats(widths[i]!, 9 + i),
    }))
    let expected = x
    for (const layer of layers) {
      expected = run(kernel, { rows, ...layer }, { x: expected, ...layer }, relu)
    }
    for (const tileRows of [1, 5, 12, 53, 100]) {
      kernel.reset()
      const packed = layers.map(({ inner, units, weights, bias }) =>
        kernel.packDense(inner, units, weights, bias),
      )
      const addresses = [
        kernel.floats(x),
        ...layers
          .slice(0, 2)
          .map(({ units }) => kernel.bytes(Math.min(tileRows, rows) * units * 4)),
        kernel.bytes(rows * 4),
      ]
      kernel.run(4, (program) => {
        writeLoop(program, 0, { rows, tileRows, body: 3 })
        layers.forEach(({ inner, units }, i) =>
          writeDense(program, i + 1, {
            rows: 0,
            inner,
            units,
            x: addresses[i]!,
            xAdvance: i === 0 ? inner * 4 : 0,
            weights: packed[i]!,
            y: addresses[i + 1]!,
            yAdvance: i === 2 ? units * 4 : 0,
            activation: relu,
          }),
        )
      })
      expect([...kernel.view(addresses[3]!, rows)]).toEqual([...expected])
    }
  })

  test('weights packed in strips are those packed at once, scaled ones are rounded once', () => {
    for (const [inner, units] of [
      [7, 5],
      [7, 13],
      [20, 3],
      [20, 13],
      [33, 24],
    ] as const) {
      const { weights, bias } = inputs({ rows: 1, inner, units })
      const scale = Float64Array.from(randomFloats(units, 9), (value) => value / 3)
      const scaled = Float32Array.from(weights, (value, i) => value * scale[i % units]!)
      kernel.reset()
      const { exports } = kernel
      const [from, biasFrom] = [kernel.floats(weights), kernel.floats(bias)]
      const scaleFrom = kernel.bytes(units * 8, 64)
      new Float64Array(exports.memory.buffer, scaleFrom, units).set(scale)
      const bytes = exports.packedDenseBytes(inner, units)
      const packed = kernel.bytes(bytes, 64)
      for (let first = 0; first < inner; first += 3) {
        const [count, rows] = [Math.min(3, inner - first), from + first * units * 4]
        exports.packDense(inner, units, first, count, rows, biasFrom, scaleFrom, packed)
      }
      kernel.checkGuards()
      const expected = kernel.packDense(inner, units, scaled, bias)
      const isDouble = bytes > Math.ceil(units / 4) * 4 * (inner + 1) * 4
      const [a, b] = [packed, expected].map((address) =>
        isDouble
          ? [...new Float64Array(exports.memory.buffer, address, bytes / 8)].map(Math.fround)
          : [...kernel.view(address, bytes / 4)],
      )
      expect(a).toEqual(b)
    }
  })

  test('adds a residual before the activation; bare products leave the bias out', () => {
    for (const inner of [4, 20, 130, 600]) {
      for (const units of [1, 3, 4, 7, 8, 13]) {
        for (const rows of [1, 2, 6, 7]) {
          const shape = { rows, inner, units }
          const { x, weights, bias } = inputs(shape)
          const plain = run(kernel, shape, { x, weights, bias })
          const unbiased = run(kernel, shape, { x, weights, bias: null })
          const residual = randomFloats(rows * units, 7)
          for (const name of ['relu', 'leaky_relu'] as const) {
            kernel.reset()
            const packed = kernel.packDense(inner, units, weights, bias)
            const op = { rows, inner, units, x: kernel.floats(x), weights: packed }
            const [y, sums] = [kernel.bytes(rows * units * 4), kernel.bytes(rows * units * 4)]
            const added = kernel.floats(residual)
            kernel.run(2, (program) => {
              writeDense(program, 0, { ...op, y, residual: added, activation: activation(name) })
              writeDense(program, 1, { ...op, y: sums, bare: true })
            })
            const of = scalarActivation(activation(name), 'float32')
            const expected = plain.map((value, i) => of(Math.fround(value + residual[i]!)))
            expect(kernel.view(y, rows * units), JSON.stringify(shape)).toEqual(expected)
            expect(kernel.view(sums, rows * units)).toEqual(unbiased)
          }
        }
      }
    }
  })
})
