import { describe, expect, test } from 'vitest'
import { gridWords, winogradScratchFloats, writeWinograd } from '../program-spatial.ts'
import { activation, linear, type Activation } from '../program.ts'
import { convolution } from '../reference/convolution.ts'
import { winograd, type Plane } from '../reference/winograd.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import * as L from './layout.ts'
import { GuardedKernel, randomFloats } from './testing.ts'

interface Case extends Plane {
  inner: number
  units: number
}

interface Given {
  x: Float32Array // (batch, in, inner)
  weights: Float32Array // (3, 3, inner, units)
  bias: Float32Array // (units)
}

const area = ([h, w]: readonly [number, number]): number => h * w

/** Every size of y up to two tiles and one pixel, windows that hang over the image by none, one or two on every side. */
function* planes(tile: number): Generator<Plane> {
  for (let h = 1; h <= 2 * tile + 1; h += tile / 2) {
    for (let w = 1; w <= 2 * tile + 1; w += tile / 2) {
      for (const before of [0, 1, 2]) {
        for (const after of [0, 1, 2]) {
          const size = [h + 2 - before - after, w + 2 - before] as [number, number]
          if (size[0] > 0 && size[1] > 0)
            yield { batch: 2, in: size, out: [h, w], pad: [before, before] }
        }
      }
    }
  }
}

function given({ batch, in: size, inner, units }: Case): Given {
  return {
    x: randomFloats(batch * area(size) * inner, 1 + inner),
    weights: randomFloats(9 * inner * units, 2 + units),
    bias: randomFloats(units, 3),
  }
}

function run(
  kernel: GuardedKernel,
  { batch, in: size, out, pad, inner, units }: Case,
  { x, weights, bias }: Given,
  options: {
    chunk?: number
    tile?: number
    activation?: Activation
    residual?: Float32Array
    bare?: boolean
    /** Tiles of each call. */
    split?: number
  } = {},
): Float32Array {
  kernel.reset()
  const { chunk = 5, split, residual, tile = 2 } = options
  const from = kernel.floats(weights)
  const packed = kernel.bytes(kernel.exports.packedWinogradBytes(inner, units, tile), 64)
  kernel.exports.packWinograd(inner, units, 0, inner, from, 0, packed, tile)
  const [pixel, rows] = [units * 4, batch * Math.ceil(out[0] / tile) * Math.ceil(out[1] / tile)]
  const grid = gridWords({
    out: [1, ...out],
    kernel: [1, 3, 3],
    stride: [1, 1, 1],
    dilation: [1, 1, 1],
    pad: [0, ...pad],
    in: [1, ...size],
    xPixel: inner * 4,
    tap: inner * 4,
    yPixel: pixel,
    yLine: pixel * out[1],
    yPlane: pixel * area(out),
    yImage: pixel * area(out),
  })
  const length = batch * area(out) * units
  const op = {
    rows,
    inner,
    units,
    chunk,
    tile,
    x: kernel.floats(x),
    weights: packed,
    bias: kernel.floats(bias),
    y: kernel.bytes(length * 4),
    yAdvance: 0,
    grid: kernel.words(grid),
    scratch: kernel.bytes(winogradScratchFloats(tile, inner, units, chunk) * 4),
    activation: options.activation ?? linear,
    residual: residual && kernel.floats(residual),
    bare: options.bare ?? false,
  }
  if (split === undefined) {
    kernel.run(1, (program) => writeWinograd(program, 0, op))
  } else {
    // One loop of `split` tiles at a time.
    kernel.run(2, (program) => {
      program.u32[0] = L.LOOP
      program.u32[L.ROWS] = rows
      program.u32[L.LOOP_TILE_ROWS] = split
      program.u32[L.LOOP_BODY] = 1
      writeWinograd(program, 1, op)
    })
  }
  return kernel.view(op.y, length).slice()
}

/** Largest distance to float64, relative to the largest value. */
function worst(shape: Case, data: Given, y: Float32Array): number {
  const windows = {
    batch: shape.batch,
    in: [1, ...shape.in] as const,
    channels: shape.inner,
    out: [1, ...shape.out] as const,
    kernel: [1, 3, 3] as const,
    stride: [1, 1, 1] as const,
    dilation: [1, 1, 1] as const,
    pad: [0, ...shape.pad] as const,
  }
  const group = { first: 0, count: shape.inner, units: shape.units }
  const truth = convolution(windows, data.x, group, data.weights, data.bias, 'float64')
  const scale = Math.max(...truth.map(Math.abs))
  return Math.max(...y.map((v, i) => Math.abs(v - truth[i]!))) / scale
}

const channels = [
  [12, 4],
  [16, 8],
  [20, 12],
  [132, 20],
] as const

describe('exact', () => {
  test('has the bits of the scalar reference: every plane × channels around every tile edge', () => {
    const kernel = new GuardedKernel(exact)
    for (const plane of planes(2)) {
      for (const [inner, units] of channels.slice(0, plane.out.join() === '5,5' ? 4 : 2)) {
        const shape = { ...plane, inner, units }
        const data = given(shape)
        const expected = winograd(plane, data.x, inner, data.weights, data.bias)
        expect([...run(kernel, shape, data)], JSON.stringify(shape)).toEqual([...expected])
      }
    }
  })
})

describe.each([
  ['exact', exact, 2, 1e-6],
  ['fast', fast, 2, 1e-6],
  ['fast, tiles of 4 × 4', fast, 4, 4e-6],
] as const)('%s', (_, module, tile, bound) => {
  const kernel = new GuardedKernel(module)
  const shape: Case = { batch: 2, in: [7, 6], out: [7, 6], pad: [1, 1], inner: 36, units: 20 }
  const data = given(shape)

  test(`is within ${bound} of the largest value of float64: every plane, channels around every tile edge`, () => {
    for (const plane of planes(tile)) {
      for (const [inner, units] of channels.slice(0, 2)) {
        const other = { ...plane, inner, units }
        const own = given(other)
        const y = run(kernel, other, own, { tile })
        expect(worst(other, own, y), JSON.stringify(other)).toBeLessThan(bound)
      }
    }
    for (const [inner, units] of channels) {
      const other = { ...shape, inner, units }
      const own = given(other)
      expect(worst(other, own, run(kernel, other, own, { tile }))).toBeLessThan(bound)
    }
  })

  test('has the same bits whatever the chunk and however its tiles are split', () => {
    const expected = run(kernel, shape, data, { tile, chunk: 1 })
    for (const chunk of [2, 3, 5, 24, 40]) {
      expect(run(kernel, shape, data, { tile, chunk })).toEqual(expected)
      expect(run(kernel, shape, data, { tile, chunk, split: 7 })).toEqual(expected)
    }
  })

  test('adds a residual, then applies the activation', () => {
    const residual = randomFloats(2 * 42 * 20, 9)
    const y = run(kernel, shape, data, { tile })
    const expected = y.map((value, i) =>
      Math.min(Math.max(Math.fround(value + residual[i]!), 0), 6),
    )
    expect(run(kernel, shape, data, { tile, residual, activation: activation('relu6') })).toEqual(
      expected,
    )
  })

  test('leaves the bias out when bare', () => {
    const none = { ...data, bias: new Float32Array(20) }
    expect(run(kernel, shape, data, { tile, bare: true })).toEqual(
      run(kernel, shape, none, { tile }),
    )
  })

  test('NaN, infinities and overflowing sums stay in the windows that hold them', () => {
    for (const value of [NaN, Infinity, -Infinity, 3e38]) {
      const own = { ...data, x: data.x.slice() }
      const [h, w] = [3, 2]
      own.x[(h * 6 + w) * 36 + 5] = value
      const y = run(kernel, shape, own, { tile })
      const clean = run(kernel, shape, data, { tile })
      for (let i = 0; i < y.length; i++) {
        const pixel = Math.floor(i / 20)
        const [image, row, column] = [Math.floor(pixel / 42), Math.floor(pixel / 6) % 7, pixel % 6]
        const near = image === 0 && Math.abs(row - h) < 2 && Math.abs(column - w) < 2
        if (!near) {
          expect(Math.abs(y[i]! - clean[i]!), `${value} at ${i}`).toBeLessThan(1e-4)
          continue
        }
        const tap = (h - row + 1) * 3 + (w - column + 1)
        const expected = value * data.weights[(tap * 36 + 5) * 20 + (i % 20)]!
        if (Number.isFinite(value)) expect(y[i]! / expected).toBeCloseTo(1, 5)
        else expect(y[i]).toBe(expected)
      }
    }
  })
})
