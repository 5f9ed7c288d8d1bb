import { describe, expect, test } from 'vitest'

import { writeActivation } from '../program.ts'
import { writeBinary, type BinaryName } from '../records.ts'
import { gather, maskedMean, rowTest, select } from '../reference/sequence.ts'
import {
  writeGather,
  writeMaskedMean,
  writeRowTest,
  writeSelect,
  type RowTestName,
} from '../sequence-records.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import * as L from './layout.ts'
import { GuardedKernel, randomFloats } from './testing.ts'

describe.each([
  ['exact', exact],
  ['fast', fast],
])('%s', (_, module) => {
  const kernel = new GuardedKernel(module)
  const words = (address: number, length: number) =>
    Array.from(new Int32Array(kernel.exports.memory.buffer, address, length))

  test('gathers rows, negative indices from the end', () => {
    for (const width of [1, 3, 4, 17]) {
      kernel.reset()
      const table = randomFloats(5 * width)
      const indices = [0, 4, -1, -5, 2, 2, 3]
      const [x, from] = [kernel.words(indices), kernel.floats(table)]
      const y = kernel.bytes(indices.length * width * 4)
      kernel.run(1, (program) =>
        writeGather(program, 0, { rows: indices.length, width, x, y, table: from, count: 5 }),
      )
      expect([...kernel.view(y, indices.length * width)]).toEqual(gather(indices, table, width))
    }
  })

  test.each([5, -6, 2 ** 31 - 1, -(2 ** 31)])('traps at index %i of 5 and says why', (index) => {
    kernel.reset()
    const [x, table] = [kernel.words([1, index]), kernel.floats(randomFloats(5))]
    const y = kernel.bytes(8)
    const record = { rows: 2, width: 1, x, y, table, count: 5 }
    expect(() => kernel.run(1, (program) => writeGather(program, 0, record))).toThrow(
      WebAssembly.RuntimeError,
    )
    expect(kernel.exports.fault()).toBeGreaterThan(0)
    expect(kernel.exports.faultValue()).toBe(index)
  })

  test('tests rows', () => {
    const rows = [
      [0, 0, 0],
      [1, 0, 2],
      [1, 2, 3],
      [Number.NaN, 1, 1],
      [-0, 0, 0],
    ]
    for (const test of ['any_differs', 'any_set', 'all_set'] as readonly RowTestName[]) {
      kernel.reset()
      const floats = test === 'any_differs'
      const values = rows.flat().map((v) => (floats ? v : Number.isNaN(v) ? 7 : v))
      const x = floats ? kernel.floats(values) : kernel.words(values)
      const y = kernel.bytes(rows.length * 4)
      const value = floats ? 1 : 0
      kernel.run(1, (program) =>
        writeRowTest(program, 0, { rows: rows.length, width: 3, x, y, test, value }),
      )
      expect(words(y, rows.length)).toEqual(rowTest(values, 3, test, value))
    }
  })

  test('selects rows of x, of another tensor or a number', () => {
    for (const width of [1, 2, 5]) {
      const mask = [1, 0, 0, 3]
      const [values, others] = [randomFloats(4 * width, 1), randomFloats(4 * width, 2)]
      for (const other of [others, 2.5]) {
        kernel.reset()
        const [x, steps] = [kernel.floats(values), kernel.words(mask)]
        const y = kernel.bytes(4 * width * 4)
        const otherwise =
          typeof other === 'number' ? { value: other } : { other: kernel.floats(other) }
        kernel.run(1, (program) =>
          writeSelect(program, 0, { rows: 4, width, x, y, mask: steps, ...otherwise }),
        )
        expect([...kernel.view(y, 4 * width)]).toEqual(select(values, mask, other))
      }
    }
  })

  test('means over unmasked steps are correctly rounded; NaN without any', () => {
    for (const width of [1, 3, 4, 5, 8, 9]) {
      kernel.reset()
      const shape = { rows: 3, steps: 4, width }
      const mask = [1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
      const values = randomFloats(12 * width)
      const [x, steps] = [kernel.floats(values), kernel.words(mask)]
      const y = kernel.bytes(3 * width * 4)
      kernel.run(1, (program) => writeMaskedMean(program, 0, { ...shape, x, y, mask: steps }))
      expect([...kernel.view(y, 3 * width)]).toEqual(maskedMean(shape, values, mask))
    }
  })

  const pairs: [BinaryName, (a: number, b: number) => number][] = [
    ['int_add', (a, b) => (a + b) | 0],
    ['int_subtract', (a, b) => (a - b) | 0],
    ['int_multiply', Math.imul],
    ['int_minimum', Math.min],
    ['int_maximum', Math.max],
    ['int_equal', (a, b) => Number(a === b)],
    ['int_not_equal', (a, b) => Number(a !== b)],
    ['int_less', (a, b) => Number(a < b)],
    ['int_less_equal', (a, b) => Number(a <= b)],
  ]
  test.each(pairs)('%s of int32', (operation, truth) => {
    kernel.reset()
    const left = [1, -1, 2 ** 31 - 1, -(2 ** 31), 0, 7, 123_456]
    const right = [1, 5, 1, -1, 0, -7, 654_321]
    const [a, b] = [kernel.words(left), kernel.words(right)]
    const y = kernel.bytes(left.length * 4)
    kernel.run(1, (program) =>
      writeBinary(program, 0, { operation, rows: 1, width: left.length, a, b, y }),
    )
    expect(words(y, left.length)).toEqual(left.map((v, i) => truth(v, right[i]!)))
  })

  const comparisons: [BinaryName, (a: number, b: number) => boolean][] = [
    ['equal', (a, b) => a === b],
    ['not_equal', (a, b) => a !== b],
    ['less', (a, b) => a < b],
    ['less_equal', (a, b) => a <= b],
  ]
  test.each(comparisons)('%s of float32', (operation, truth) => {
    kernel.reset()
    const left = [1, -0, Number.NaN, Infinity, 2, -3, 0.5]
    const right = [1, 0, Number.NaN, Infinity, 1, 3, 0.25]
    const [a, b] = [kernel.floats(left), kernel.floats(right)]
    const y = kernel.bytes(left.length * 4)
    kernel.run(1, (program) =>
      writeBinary(program, 0, { operation, rows: 1, width: left.length, a, b, y }),
    )
    expect(words(y, left.length)).toEqual(left.map((v, i) => Number(truth(v, right[i]!))))
  })

  test('conversions', () => {
    const convert = (code: number, x: number, length: number) => {
      const y = kernel.bytes(length * 4)
      const record = { rows: 1, width: length, x, y, activation: { code, parameters: [] } }
      kernel.run(1, (program) => writeActivation(program, 0, record))
      return y
    }
    kernel.reset()
    const floats = [1.9, -1.9, 0, -0, 2 ** 31, -(2 ** 31), Number.NaN]
    const least = -(2 ** 31)
    const x = kernel.floats(floats)
    expect(words(convert(L.FLOAT_TO_INT, x, 7), 7)).toEqual([1, -1, 0, 0, least, least, least])
    expect(words(convert(L.FLOAT_TO_BOOL, x, 7), 7)).toEqual([1, 1, 0, 0, 1, 1, 1])
    const ints = kernel.words([0, 1, -3, 16_777_217])
    expect([...kernel.view(convert(L.INT_TO_FLOAT, ints, 4), 4)]).toEqual([0, 1, -3, 16_777_216])
    expect(words(convert(L.INT_TO_BOOL, ints, 4), 4)).toEqual([0, 1, 1, 1])
    expect(words(convert(L.LOGICAL_NOT, ints, 4), 4)).toEqual([1, 0, 0, 0])
  })
})
