import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NdArray } from '../array.ts'
import { valuesOf } from '../array-values.fixture.ts'
import { dataBytes, dataJson, failureOf, tolerate } from '../files.fixture.ts'
import { readNpy, readNpyArray } from './npy.ts'
import { writeNpy } from './npy-writer.ts'

const expected =
  dataJson<Record<string, { shape: number[]; values: string[] }>>('npy/expected.json')

describe('readNpy', () => {
  it.each(Object.keys(expected))('reads what NumPy wrote: %s', (name) => {
    const array = readNpyArray(dataBytes(`npy/${name}.npy`), name)
    expect(array.shape).toEqual(expected[name]?.shape)
    expect(valuesOf(array)).toEqual(expected[name]?.values)
  })

  it('reads an array that does not begin at an aligned address', () => {
    const file = dataBytes('npy/f8.npy')
    const shifted = new Uint8Array(file.byteLength + 1)
    shifted.set(file, 1)
    expect(valuesOf(readNpyArray(shifted.subarray(1), 'f8'))).toEqual(expected['f8']?.values)
  })

  it.each(['complex', 'structured', 'datetime'])('refuses a %s dtype', async (name) => {
    const error = await failureOf(() => readNpy(dataBytes(`npy/refused-${name}.npy`), 'x.npy'))
    expect(error.tag).toBe('UnsupportedError')
    expect(error.file).toBe('x.npy')
  })

  it('says how many bytes are there when data is cut off', async () => {
    const file = dataBytes('npy/f4.npy')
    const error = await failureOf(() => readNpyArray(file.subarray(0, -1), 'L1_weights.npy'))
    expect(error.message).toBe(
      'L1_weights.npy: byte 128: the array is cut off: expected 24 bytes of data, got 23',
    )
  })

  it.each(['f4', 'unicode', 'version-2', 'fortran-be'])(
    'fails with a typed error when %s is cut at any byte',
    async (name) => {
      const file = dataBytes(`npy/${name}.npy`)
      for (let end = 0; end < file.byteLength; end++) {
        const error = await failureOf(() => readNpyArray(file.subarray(0, end), name))
        expect(error.tag).toBe('FormatError')
      }
    },
  )

  it('refuses a shape whose product overflows', async () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"
    const error = await failureOf(() => readNpyArray(npyOf(header), 'x.npy'))
    expect(error.what).toBe('the shape is too large')
  })

  it.each([
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }"],
    ["{'descr': '<f4', 'fortran_order': False}"],
    ["{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }"],
    ['[1, 2'],
    ['__import__("os")'],
    ['('.repeat(1000)],
    [''],
  ])('refuses the header %s', async (header) => {
    const error = await failureOf(() => readNpyArray(npyOf(header), 'x.npy'))
    expect(error.tag).toBe('FormatError')
  })

  it('fails with nothing but typed errors on damaged files', async () => {
    const files = Object.keys(expected).map((name) => dataBytes(`npy/${name}.npy`))
    const run = fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 8 }),
        async (file, changes) => {
          const damaged = file.slice()
          for (const [at, value] of changes) damaged[at % damaged.length] = value
          await tolerate(() => readNpy(damaged, 'x.npy'))
        },
      ),
      { numRuns: 2000, seed: 1 },
    )
    await expect(run).resolves.toBeUndefined()
  })
})

function npyOf(header: string): Uint8Array {
  const text = new TextEncoder().encode(header)
  return new Uint8Array([
    0x93,
    0x4e,
    0x55,
    0x4d,
    0x50,
    0x59,
    1,
    0,
    text.length & 255,
    text.length >> 8,
    ...text,
  ])
}

describe('writeNpy', () => {
  it.each(Object.keys(expected).filter((name) => !/be$|fortran|version|bytes/.test(name)))(
    'writes the bytes NumPy writes: %s',
    (name) => {
      const file = dataBytes(`npy/${name}.npy`)
      expect(writeNpy(readNpyArray(file, name))).toEqual(file)
    },
  )

  it('widens bfloat16 to float32', () => {
    const bits: NdArray = {
      dtype: 'bfloat16',
      shape: [2],
      data: new Uint8Array([0x80, 0x3f, 0x49, 0x40]),
    }
    expect(valuesOf(readNpyArray(writeNpy(bits), 'x'))).toEqual(['1.0', '3.140625'])
  })

  it('refuses a dtype NumPy has no name for', async () => {
    const error = await failureOf(() =>
      writeNpy({ dtype: 'int4', shape: [2], data: new Uint8Array(1) }),
    )
    expect(error.tag).toBe('UnsupportedError')
  })
})
