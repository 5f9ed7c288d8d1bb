import { InputError } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { bindInputs } from './inputs.ts'
import type { ModelInput, Signature } from './tensor.ts'

const x: Signature = { name: 'x', shape: [null, 3], dtype: 'float32' }
const image: Signature = { name: 'image', shape: [null, 2, 2, 1], dtype: 'float32' }
const free: Signature = { name: 'free', shape: [null, null, 2], dtype: 'float32' }

describe('bindInputs with one input', () => {
  const rows: [string, ModelInput][] = [
    ['a typed array', Float32Array.of(1, 2, 3, 4, 5, 6)],
    ['a typed array of another type', Int32Array.of(1, 2, 3, 4, 5, 6)],
    ['a tensor', { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] }],
    [
      'nested arrays',
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ['rows of typed arrays', [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)]],
    ['flat numbers', [1, 2, 3, 4, 5, 6]],
    ['a list of one tensor', [{ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] }]],
    ['a record', { x: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    [
      'a record of nested arrays',
      {
        x: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
    ],
  ]
  it.each(rows)('takes %s', (_, given) => {
    const [bound] = bindInputs([x], given)
    expect(bound?.shape).toEqual([2, 3])
    expect(Array.from(bound?.data ?? [])).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('takes an empty batch', () => {
    expect(bindInputs([x], new Float32Array(0))[0]?.shape).toEqual([0, 3])
    expect(bindInputs([x], { data: new Float32Array(0), shape: [0, 3] })[0]?.shape).toEqual([0, 3])
  })

  it('takes nested arrays of any depth', () => {
    expect(
      bindInputs(
        [image],
        [
          [
            [[1], [2]],
            [[3], [4]],
          ],
        ],
      )[0],
    ).toEqual({ data: [1, 2, 3, 4], shape: [1, 2, 2, 1] })
  })

  const wrong: [string, Signature, unknown, RegExp][] = [
    [
      'a wrong number of elements',
      x,
      new Float32Array(4),
      /^input x: wrong number of elements: expected a multiple of 3 for \[any, 3\], got 4$/,
    ],
    [
      'a wrong shape',
      x,
      { data: new Float32Array(8), shape: [2, 4] },
      /^input x: wrong shape: expected \[any, 3\], got \[2, 4\]$/,
    ],
    [
      'a wrong rank',
      x,
      { data: new Float32Array(3), shape: [3] },
      /expected \[any, 3\], got \[3\]/,
    ],
    [
      'a shape that is not its data',
      x,
      { data: new Float32Array(5), shape: [2, 3] },
      /expected 6 for \[2, 3\], got 5/,
    ],
    ['a negative size', x, { data: new Float32Array(3), shape: [-1, 3] }, /wrong shape/],
    [
      'ragged rows',
      x,
      [
        [1, 2, 3],
        [4, 5],
      ],
      /nested arrays of unequal length or depth: expected 3 elements at depth 1, got an array of 2/,
    ],
    ['a string', x, 'abc', /expected a record or an array of 1 \(x\), got a string/],
    ['strings inside', x, [['a', 'b', 'c']], /wrong kind of value/],
    ['null', x, null, /got null/],
    ['big integers', x, new BigInt64Array(3), /got BigInt64Array/],
    ['an unknown name', x, { y: new Float32Array(3) }, /no input named y: expected 1 \(x\)/],
    [
      'a flat array for two free dimensions',
      free,
      new Float32Array(4),
      /a flat array has no shape: expected \{ data, shape \} for \[any, any, 2\]/,
    ],
  ]
  it.each(wrong)('refuses %s', (_, signature, given, message) => {
    expect(() => bindInputs([signature], given as ModelInput)).toThrow(InputError)
    expect(() => bindInputs([signature], given as ModelInput)).toThrow(message)
  })
})

describe('bindInputs with several inputs', () => {
  const both = [x, image]
  const one = Float32Array.of(1, 2, 3)
  const two = Float32Array.of(1, 2, 3, 4)
  it.each<[string, ModelInput]>([
    ['an array in order', [one, two]],
    ['a record in any order', { image: two, x: one }],
    [
      'nested arrays in order',
      [
        [[1, 2, 3]],
        [
          [
            [[1], [2]],
            [[3], [4]],
          ],
        ],
      ],
    ],
  ])('takes %s', (_, given) => {
    expect(bindInputs(both, given).map(({ shape }) => shape)).toEqual([
      [1, 3],
      [1, 2, 2, 1],
    ])
  })

  it.each<[string, unknown, RegExp]>([
    ['too few', [one], /number of inputs: expected 2 \(x, image\), got 1/],
    ['a missing name', { x: one }, /input image: missing input: expected \[any, 2, 2, 1\]/],
    [
      'one array for both',
      one,
      /expected a record or an array of 2 \(x, image\), got Float32Array/,
    ],
    ['the wrong one', { x: two, image: one }, /input x: wrong number of elements/],
  ])('refuses %s', (_, given, message) => {
    expect(() => bindInputs(both, given as ModelInput)).toThrow(message)
  })
})
