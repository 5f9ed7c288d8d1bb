import { describe, expect, test } from 'vitest'
import { writeLoop, type Program } from '../program.ts'
import {
  poolWords,
  sampleWords,
  takeWords,
  writePool,
  writeResample,
  writeTake,
  type AxisIndices,
  type AxisWindows,
  type Triple,
} from '../program-spatial.ts'
import { pool, resample, take } from '../reference/pooling.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { GuardedKernel, randomFloats } from './testing.ts'

const product = (lengths: readonly number[]) => lengths.reduce((a, b) => a * b, 1)
const batch = 2

function imagesOf(size: Triple, channels: number): Float32Array {
  return randomFloats(batch * product(size) * channels, channels)
}

/** Runs the op over all its rows and in tiles of 1 to 7 of them, and expects the same from each. */
function runInTiles(
  kernel: GuardedKernel,
  op: { rows: number; y: number },
  length: number,
  write: (program: Program, index: number) => void,
): number[] {
  let all: number[] = []
  for (const tileRows of [op.rows, 1, 2, 3, 4, 5, 6, 7]) {
    kernel.view(op.y, length).fill(NaN)
    kernel.run(2, (program) => {
      writeLoop(program, 0, { rows: op.rows, tileRows, body: 1 })
      write(program, 1)
    })
    const y = [...kernel.view(op.y, length)]
    if (tileRows === op.rows) all = y
    else expect(y).toEqual(all)
  }
  return all
}

type Three<T> = readonly [T, T, T]

describe.each([
  ['exact', exact],
  ['fast', fast],
])('%s', (_, module) => {
  const kernel = new GuardedKernel(module)

  function runPool(
    size: Triple,
    channels: number,
    x: Float32Array,
    windows: Three<AxisWindows>,
    average: boolean,
  ): number[] {
    kernel.reset()
    const rows = batch * product(windows.map(({ length }) => length))
    const op = {
      rows,
      channels,
      average,
      x: kernel.floats(x),
      y: kernel.bytes(rows * channels * 4),
      yAdvance: channels * 4,
      windows: kernel.words(poolWords(size, windows)),
    }
    return runInTiles(kernel, op, rows * channels, (program, index) =>
      writePool(program, index, op),
    )
  }

  test.each([
    ['largest', false],
    ['mean, rounded once', true],
  ])('pool: %s, 1 to 17 channels', (_name, average) => {
    const size: Triple = [3, 4, 5]
    const windows: Three<AxisWindows> = [
      [
        [0, 2],
        [2, 3],
      ],
      [[0, 4]],
      [
        [0, 1],
        [0, 3],
        [3, 5],
      ],
    ]
    for (let channels = 1; channels <= 17; channels++) {
      const x = imagesOf(size, channels)
      const expected = pool({ batch, in: size, channels }, x, windows, average)
      expect(runPool(size, channels, x, windows, average)).toEqual(expected)
    }
  })

  test('pool: NaN and infinities', () => {
    const x = Float32Array.of(NaN, 1, -Infinity, -Infinity, Infinity, 0, -0, 0)
    const windows: Three<AxisWindows> = [
      [[0, 1]],
      [[0, 1]],
      [
        [0, 2],
        [2, 4],
      ],
    ]
    expect(runPool([1, 1, 4], 1, x, windows, false)).toEqual([NaN, -Infinity, Infinity, 0])
    expect(runPool([1, 1, 4], 1, x, windows, true)).toEqual([NaN, -Infinity, Infinity, 0])
  })

  test('take: indices in and out of order, repeated and missing', () => {
    const size: Triple = [2, 3, 4]
    const indices: Three<AxisIndices> = [
      [-1, 1, 0],
      [0, 1, -1, 2, 2],
      [-1, -1, 0, 1, 2, 3, 3, 0, -1],
    ]
    for (let channels = 1; channels <= 9; channels++) {
      kernel.reset()
      const x = imagesOf(size, channels)
      const expected = take({ batch, in: size, channels }, x, indices, 7)
      const op = {
        rows: batch * 15,
        channels,
        fill: 7,
        x: kernel.floats(x),
        y: kernel.bytes(expected.length * 4),
        yAdvance: 9 * channels * 4,
        indices: kernel.words(takeWords(size, indices)),
      }
      const write = (program: Program, index: number) => writeTake(program, index, op)
      expect(runInTiles(kernel, op, expected.length, write)).toEqual(expected)
    }
  })

  test('resample: within a rounding of the float64 sum, 1 to 9 elements', () => {
    const samples = [
      { first: 0, weights: [1] },
      { first: 0, weights: [0.25, 0.75] },
      { first: 1, weights: [-0.1, 0.4, 0.6, 0.1] },
      { first: 4, weights: [1] },
    ]
    for (let inner = 1; inner <= 9; inner++) {
      kernel.reset()
      const shape = { outer: 3, length: 5, inner }
      const x = randomFloats(15 * inner, inner)
      const expected = resample(shape, x, samples)
      const { words, taps } = sampleWords(samples)
      const op = {
        rows: 12,
        inner,
        length: 5,
        out: 4,
        taps,
        x: kernel.floats(x),
        y: kernel.bytes(12 * inner * 4),
        yAdvance: inner * 4,
        weights: kernel.words(new Uint32Array(words.buffer)),
      }
      const write = (program: Program, index: number) => writeResample(program, index, op)
      expect(runInTiles(kernel, op, 12 * inner, write)).toEqual(expected)
    }
  })
})
