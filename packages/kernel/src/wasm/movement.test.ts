import { expect, test } from 'vitest'
import {
  maxTransposeRank,
  writeActivation,
  writeCopy,
  writeLoop,
  writeTranspose,
  writeTransposeAxes,
  activation,
} from '../program.ts'
import { writeFill } from '../records.ts'
import { transpose } from '../reference/transpose.ts'
import exact from './exact.ts'
import { GuardedKernel, randomFloats } from './testing.ts'

const kernel = new GuardedKernel(exact)

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  )
}

function runTranspose(
  values: Float32Array,
  rows: number,
  shape: readonly number[],
  permutation: readonly number[],
): number[] {
  kernel.reset()
  const table = new Uint32Array(2 * shape.length)
  writeTransposeAxes(table, shape, permutation)
  const [x, axes, y] = [kernel.floats(values), kernel.words(table), kernel.bytes(values.length * 4)]
  const stride = (values.length / rows) * 4
  kernel.run(1, (program) =>
    writeTranspose(program, 0, {
      rows,
      rank: shape.length,
      axes,
      x,
      xStride: stride,
      y,
      yStride: stride,
    }),
  )
  return [...kernel.view(y, values.length)]
}

test('transpose agrees with numpy.transpose for every permutation up to rank 5, and at rank 6', () => {
  const lengths = [3, 1, 4, 2, 5, 2]
  for (let rank = 1; rank <= 5; rank++) {
    const shape = lengths.slice(0, rank)
    const x = randomFloats(shape.reduce((a, b) => a * b, 1))
    for (const permutation of permutations(shape.map((_, axis) => axis))) {
      expect(runTranspose(x, 1, shape, permutation)).toEqual([...transpose(x, shape, permutation)])
    }
  }
  const x = randomFloats(240)
  const permutation = [5, 2, 0, 4, 1, 3]
  expect(lengths.length).toBeLessThanOrEqual(maxTransposeRank)
  expect(runTranspose(x, 1, lengths, permutation)).toEqual([...transpose(x, lengths, permutation)])
})

test('transpose permutes the axes of every row', () => {
  const x = randomFloats(3 * 20)
  expect(runTranspose(x, 3, [4, 5], [1, 0])).toEqual([...transpose(x, [3, 4, 5], [0, 2, 1])])
})

test('copy moves strided rows of any byte width and leaves the gaps alone', () => {
  for (const widthBytes of [1, 3, 4, 12, 17]) {
    const [rows, xStride, yStride] = [4, 20, 24]
    kernel.reset()
    const x = kernel.bytes(rows * xStride)
    const y = kernel.bytes(rows * yStride)
    const u8 = new Uint8Array(kernel.exports.memory.buffer)
    for (let i = 0; i < rows * xStride; i++) u8[x + i] = i
    kernel.run(1, (program) => writeCopy(program, 0, { rows, widthBytes, x, xStride, y, yStride }))
    const expected = Array.from({ length: rows * yStride }, (_, i) => {
      const column = i % yStride
      return column < widthBytes ? Math.floor(i / yStride) * xStride + column : 0xff
    })
    expect([...u8.subarray(y, y + rows * yStride)]).toEqual(expected)
  }
})

test('fill writes every length', () => {
  for (let width = 1; width <= 9; width++) {
    kernel.reset()
    const y = kernel.bytes(3 * width * 4)
    kernel.run(1, (program) => writeFill(program, 0, { rows: 3, width, y, value: -0 }))
    const view = kernel.view(y, 3 * width)
    expect(view.every((v) => Object.is(v, -0))).toBe(true)
  }
})

test('a loop gives every op its tile: tensors advance, tile buffers do not', () => {
  const [rows, width] = [7, 3]
  const values = randomFloats(rows * width)
  for (const tileRows of [1, 2, 3, 7, 20]) {
    kernel.reset()
    const x = kernel.floats(values)
    const tile = kernel.bytes(Math.min(tileRows, rows) * width * 4)
    const y = kernel.bytes(rows * width * 4)
    const after = kernel.bytes(4)
    kernel.run(4, (program) => {
      const map = { rows: 0, width }
      writeLoop(program, 0, { rows, tileRows, body: 2 })
      writeActivation(program, 1, {
        ...map,
        x,
        y: tile,
        yAdvance: 0,
        activation: activation('negative'),
      })
      writeActivation(program, 2, {
        ...map,
        x: tile,
        xAdvance: 0,
        y,
        activation: activation('square'),
      })
      writeFill(program, 3, { rows: 1, width: 1, y: after, value: 1 })
    })
    expect(kernel.view(y, rows * width)).toEqual(values.map((v) => v * v))
    expect(kernel.view(after, 1)[0]).toBe(1)
  }
})
