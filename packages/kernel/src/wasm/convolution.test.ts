import { describe, expect, test } from 'vitest'
import { gridWords, writeConv, writeDepthwise, type Grid, type Triple } from '../program-spatial.ts'
import { activation, linear, writeLoop, type Activation } from '../program.ts'
import { scalarActivation } from '../reference/activation.ts'
import { convolution, depthwise, type Windows } from '../reference/convolution.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { GuardedKernel, randomFloats } from './testing.ts'

const product = (lengths: readonly number[]) => lengths.reduce((a, b) => a * b, 1)

/** Windows that start `pad` before x and end as far behind it. */
function windows(
  size: Triple,
  kernel: Triple,
  channels: number,
  { stride = 1, dilation = 1, pad = 0, batch = 1 } = {},
): Windows {
  const out = size.map((length, i) =>
    Math.floor((length + 2 * pad - (kernel[i]! - 1) * dilation - 1) / stride + 1),
  )
  const all = (value: number): Triple => [value, value, value]
  return {
    batch,
    in: size,
    channels,
    out: out as unknown as Triple,
    kernel,
    stride: all(stride),
    dilation: all(dilation),
    pad: all(pad),
  }
}

/** Every kind of window: inside x, partly and wholly outside, in one to three dimensions. */
const placements: readonly ((channels: number) => Windows)[] = [
  (c) => windows([1, 1, 9], [1, 1, 3], c),
  (c) => windows([1, 5, 6], [1, 3, 3], c, { batch: 2 }),
  (c) => ({ ...windows([1, 4, 4], [1, 3, 3], c, { stride: 2 }), pad: [0, 1, 1], out: [1, 2, 2] }),
  (c) => ({ ...windows([1, 3, 3], [1, 2, 2], c), pad: [0, 4, 4], out: [1, 9, 9] }),
  (c) => ({ ...windows([1, 3, 3], [1, 1, 1], c), pad: [-4, 0, 0], out: [1, 2, 2] }),
  (c) => windows([1, 7, 7], [1, 2, 3], c, { dilation: 2 }),
  (c) => windows([3, 4, 5], [2, 2, 2], c, { pad: 1, batch: 2 }),
  (c) => windows([1, 7, 5], [1, 1, 1], c, { stride: 2 }),
  (c) => ({ ...windows([2, 6, 8], [1, 3, 3], c, { batch: 2 }), pad: [0, 1, 1], out: [2, 6, 8] }),
  (c) => ({ ...windows([1, 8, 9], [1, 3, 3], c, { dilation: 2 }), pad: [0, 2, 2], out: [1, 8, 9] }),
  (c) => ({ ...windows([1, 2, 2], [1, 3, 3], c), pad: [0, 1, 1], out: [1, 2, 2] }),
  (c) => ({ ...windows([1, 7, 8], [1, 3, 3], c, { stride: 3 }), pad: [0, 1, 1], out: [1, 3, 3] }),
]

function gridOf(shape: Windows, count: number, width: number): Grid {
  const line = shape.out[2] * width * 4
  return {
    ...shape,
    xPixel: shape.channels * 4,
    tap: count * 4,
    yPixel: width * 4,
    yLine: line,
    yPlane: line * shape.out[1],
    yImage: line * shape.out[1] * shape.out[0],
  }
}

interface Conv {
  shape: Windows
  x: Float32Array
  kernel: Float32Array
  bias: Float32Array
  units: number
  count: number
}

function convolutionOf(shape: Windows, units: number, count = shape.channels): Conv {
  const inner = product(shape.kernel) * count
  return {
    shape,
    units,
    count,
    x: randomFloats(shape.batch * product(shape.in) * shape.channels, 1),
    kernel: randomFloats(inner * units, 2),
    bias: randomFloats(units, 3),
  }
}

function runConv(
  kernel: GuardedKernel,
  { shape, units, count, x, kernel: weights, bias }: Conv,
  options: {
    chunk?: number
    first?: number
    function?: Activation
    grid?: Grid
    length?: number
    tileRows?: number
    residual?: Float32Array
    bare?: boolean
    wide?: boolean
  } = {},
): Float32Array {
  kernel.reset()
  const { chunk = 5, first = 0, grid = gridOf(shape, count, units), wide = false } = options
  const rows = shape.batch * product(shape.out)
  const inner = product(shape.kernel) * count
  const length = options.length ?? rows * units
  const op = {
    rows,
    inner,
    units,
    chunk,
    x: kernel.floats(x) + first * 4,
    weights: kernel.packDense(inner, units, weights, bias),
    y: kernel.bytes(length * 4),
    yAdvance: units * 4,
    grid: kernel.words(gridWords(grid)),
    scratch: kernel.bytes(chunk * inner * (inner <= 11 || wide ? 8 : 4)),
    activation: options.function ?? linear,
    residual: options.residual && kernel.floats(options.residual),
    bare: options.bare ?? false,
    wide,
  }
  kernel.run(2, (program) => {
    writeLoop(program, 0, { rows, tileRows: options.tileRows ?? rows, body: 1 })
    writeConv(program, 1, op)
  })
  return kernel.view(op.y, length).slice()
}

describe('conv, exact', () => {
  const kernel = new GuardedKernel(exact)

  test('has the bits of the scalar reference: windows × channels × filters around every tile edge', () => {
    for (const place of placements) {
      for (const channels of [1, 2, 3, 4, 5, 8, 9]) {
        for (const units of [1, 3, 4, 5, 8, 9, 17]) {
          const conv = convolutionOf(place(channels), units)
          const group = { first: 0, count: channels, units }
          const expected = convolution(conv.shape, conv.x, group, conv.kernel, conv.bias, 'float32')
          const label = JSON.stringify({ ...conv.shape, units })
          expect([...runConv(kernel, conv)], label).toEqual([...expected])
        }
      }
    }
  })

  test('wide, is float64 rounded once: windows × channels × filters around every tile edge', () => {
    for (const place of placements) {
      for (const channels of [1, 5, 12, 13, 33]) {
        for (const units of [1, 3, 4, 5, 8, 9, 12, 17]) {
          const conv = convolutionOf(place(channels), units)
          const group = { first: 0, count: channels, units }
          const truth = convolution(conv.shape, conv.x, group, conv.kernel, conv.bias, 'float64')
          const label = JSON.stringify({ ...conv.shape, units })
          expect(runConv(kernel, conv, { wide: true }), label).toEqual(Float32Array.from(truth))
        }
      }
    }
  })

  test.each([false, true])(
    'has the same bits however many windows are gathered at a time, wide %s',
    (wide) => {
      const conv = convolutionOf(windows([1, 6, 7], [1, 3, 3], 17, { pad: 1 }), 11)
      const expected = runConv(kernel, conv, { chunk: 1, wide })
      for (let chunk = 2; chunk <= 43; chunk++) {
        expect(runConv(kernel, conv, { chunk, wide }), `${chunk}`).toEqual(expected)
      }
    },
  )

  test('has the same bits however its rows are split', () => {
    const conv = convolutionOf(windows([2, 4, 5], [2, 2, 3], 7, { pad: 1, batch: 2 }), 9)
    const expected = runConv(kernel, conv)
    for (let tileRows = 1; tileRows <= 41; tileRows++) {
      expect(runConv(kernel, conv, { tileRows }), `${tileRows}`).toEqual(expected)
    }
  })

  test('takes the channels of one group', () => {
    for (const count of [1, 3, 4]) {
      const conv = convolutionOf(windows([1, 5, 5], [1, 3, 2], 2 * count, { pad: 1 }), 5, count)
      const group = { first: count, count, units: 5 }
      const expected = convolution(conv.shape, conv.x, group, conv.kernel, conv.bias, 'float32')
      expect([...runConv(kernel, conv, { first: count })]).toEqual([...expected])
    }
  })

  test('writes every other position and leaves the rest alone', () => {
    const conv = convolutionOf(windows([2, 3, 4], [1, 2, 2], 3, { batch: 2 }), 5)
    const [depth, height, width] = conv.shape.out
    const dense = gridOf(conv.shape, 3, 5)
    const grid = {
      ...dense,
      yPixel: 2 * dense.yPixel,
      yLine: 4 * dense.yLine,
      yPlane: 4 * dense.yPlane,
      yImage: 8 * dense.yImage,
    }
    const length = 16 * depth * height * width * 5
    const y = runConv(kernel, conv, { grid, length, chunk: 12 })
    const group = { first: 0, count: 3, units: 5 }
    const expected = convolution(conv.shape, conv.x, group, conv.kernel, conv.bias, 'float32')
    const written = y.filter((value) => !Number.isNaN(value))
    expect([...written]).toEqual([...expected])
    expect(y.slice(10, 15)).toEqual(Float32Array.from(expected.slice(5, 10)))
  })

  test('adds a residual before the activation, and leaves the bias out when bare', () => {
    for (const [channels, wide] of [
      [1, false],
      [4, false],
      [4, true],
      [70, false],
      [70, true],
    ] as const) {
      const conv = convolutionOf(windows([1, 5, 6], [1, 3, 3], channels, { batch: 2 }), 5)
      const plain = runConv(kernel, conv, { wide })
      const residual = randomFloats(plain.length, 4)
      const options = { residual, function: activation('relu6'), tileRows: 7, wide }
      const expected = plain.map((value, i) =>
        Math.min(Math.max(Math.fround(value + residual[i]!), 0), 6),
      )
      expect(runConv(kernel, conv, options)).toEqual(expected)
      const unbiased = runConv(kernel, { ...conv, bias: new Float32Array(5) }, { wide })
      expect(runConv(kernel, conv, { bare: true, wide })).toEqual(unbiased)
    }
  })

  test.each(['relu', 'relu6', 'hard_tanh', 'leaky_relu'] as const)('applies %s', (name) => {
    const conv = convolutionOf(windows([1, 5, 5], [1, 3, 3], 4), 5)
    const plain = runConv(kernel, conv)
    const expected = plain.map(scalarActivation(activation(name), 'float32'))
    expect(runConv(kernel, conv, { function: activation(name) })).toEqual(expected)
  })
})

function runDepthwise(
  kernel: GuardedKernel,
  shape: Windows,
  { x, weights, bias }: { x: Float32Array; weights: Float32Array; bias: Float32Array },
  tileRows?: number,
  wide = false,
): Float32Array {
  kernel.reset()
  const { channels } = shape
  const rows = shape.batch * product(shape.out)
  const taps = product(shape.kernel)
  const zeros = shape.kernel.join() === '1,3,3' ? 2 * shape.dilation[2] + 1 : 1
  const op = {
    rows,
    channels,
    taps,
    x: kernel.floats(x),
    weights: kernel.floats([...bias, ...weights]),
    y: kernel.bytes(rows * channels * 4),
    yAdvance: channels * 4,
    grid: kernel.words(gridWords(gridOf(shape, channels, channels))),
    scratch: kernel.bytes((channels * zeros + taps) * 4),
    wide,
  }
  kernel.run(2, (program) => {
    writeLoop(program, 0, { rows, tileRows: tileRows ?? rows, body: 1 })
    writeDepthwise(program, 1, op)
  })
  return kernel.view(op.y, rows * channels).slice()
}

function depthwiseInputs(shape: Windows) {
  return {
    x: randomFloats(shape.batch * product(shape.in) * shape.channels, 1),
    weights: randomFloats(product(shape.kernel) * shape.channels, 2),
    bias: randomFloats(shape.channels, 3),
  }
}

describe('depthwise', () => {
  test('has the same bits however its rows are split', () => {
    const kernel = new GuardedKernel(exact)
    for (const place of placements) {
      const shape = place(12)
      const given = depthwiseInputs(shape)
      const expected = runDepthwise(kernel, shape, given)
      for (let tileRows = 1; tileRows <= 20; tileRows++) {
        expect(runDepthwise(kernel, shape, given, tileRows), `${tileRows}`).toEqual(expected)
      }
    }
  })

  test('has the bits of the scalar reference: windows × 1 to 17 channels, and blocks of taps', () => {
    const kernel = new GuardedKernel(exact)
    const shapes = placements.flatMap((place) => [...Array(17).keys()].map((c) => place(c + 1)))
    for (const taps of [127, 128, 129, 131, 257])
      shapes.push(windows([1, 1, taps], [1, 1, taps], 9))
    for (const shape of shapes) {
      const given = depthwiseInputs(shape)
      const expected = depthwise(shape, given.x, given.weights, given.bias, 'float32')
      expect([...runDepthwise(kernel, shape, given)], JSON.stringify(shape)).toEqual([...expected])
    }
  })
})

describe('depthwise, wide', () => {
  test('is float64 rounded once', () => {
    const kernel = new GuardedKernel(exact)
    for (const place of placements) {
      for (const channels of [1, 3, 4, 7, 8, 12]) {
        const shape = place(channels)
        const given = depthwiseInputs(shape)
        const truth = depthwise(shape, given.x, given.weights, given.bias, 'float64')
        const y = runDepthwise(kernel, shape, given, undefined, true)
        expect(y, JSON.stringify(shape)).toEqual(Float32Array.from(truth))
      }
    }
  })
})

describe('fast', () => {
  const kernel = new GuardedKernel(fast)
  const bound = (terms: number) => (terms + 2) * 2 ** -24

  test('conv is within (K + 2) · 2⁻²⁴ · (Σ|x·w| + |b|) of float64', () => {
    for (const place of placements) {
      const conv = convolutionOf(place(7), 9)
      const group = { first: 0, count: 7, units: 9 }
      const [x, weights, bias] = [conv.x, conv.kernel, conv.bias].map((v) => v.map(Math.abs))
      const truth = convolution(conv.shape, conv.x, group, conv.kernel, conv.bias, 'float64')
      const scale = convolution(conv.shape, x!, group, weights!, bias!, 'float64')
      const worst = runConv(kernel, conv).map((v, i) => Math.abs(v - truth[i]!) / scale[i]!)
      expect(Math.max(...worst)).toBeLessThanOrEqual(bound(product(conv.shape.kernel) * 7))
    }
  })

  test('depthwise is within (taps + 2) · 2⁻²⁴ · (Σ|x·w| + |b|) of float64', () => {
    for (const place of placements) {
      const shape = place(11)
      const given = depthwiseInputs(shape)
      const [x, weights, bias] = Object.values(given).map((v) => v.map(Math.abs))
      const truth = depthwise(shape, given.x, given.weights, given.bias, 'float64')
      const scale = depthwise(shape, x!, weights!, bias!, 'float64')
      const worst = runDepthwise(kernel, shape, given).map(
        (v, i) => Math.abs(v - truth[i]!) / scale[i]!,
      )
      expect(Math.max(...worst)).toBeLessThanOrEqual(bound(product(shape.kernel)))
    }
  })
})
