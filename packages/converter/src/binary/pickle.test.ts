import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { valuesOf } from '../array-values.fixture.ts'
import { dataBytes, dataNames, failureOf, tolerate } from '../files.fixture.ts'
import {
  ObjectArray,
  PickledArray,
  readPickle,
  Tuple,
  type PickleDict,
  type PickleValue,
} from './pickle.ts'

const text = new TextEncoder()

function bytesOf(...parts: (string | number[])[]): Uint8Array {
  return new Uint8Array(
    parts.flatMap((part) => (typeof part === 'string' ? [...text.encode(part)] : part)),
  )
}

function entry(value: PickleValue, key: string): PickleValue {
  return (value as PickleDict).get(key) as PickleValue
}

describe('readPickle', () => {
  it.each([0, 1, 2, 3, 4, 5])('rebuilds arrays and containers of protocol %i', (protocol) => {
    const value = readPickle(dataBytes(`pickle/protocol-${protocol}.pkl`), { file: 'x.pkl' })
    const arrays = entry(value, 'weights') as PickledArray[]
    expect(arrays.map(({ array }) => [array.dtype, array.shape, valuesOf(array)])).toEqual([
      ['float32', [2, 3], ['0.0', '1.0', '2.0', '3.0', '4.0', '5.0']],
      ['float64', [2], ['0.5', '-1.5']],
    ])
    const objects = entry(value, 'objects') as ObjectArray
    expect(objects.shape).toEqual([2])
    expect(objects.items).toEqual(arrays)
    const tuple = entry(value, 'tuple') as Tuple
    const items = [1, -1, 2 ** 40, -(2n ** 70n), 1.5, true, false, null, 'text é 日本']
    expect(tuple.items.slice(0, 9)).toEqual(items)
    expect(tuple.items[9]).toEqual(new Uint8Array([...text.encode('bytes'), 0xff]))
    const scalar = entry(value, 'scalar') as PickledArray
    expect([scalar.array.shape, valuesOf(scalar.array)]).toEqual([[], ['2.5']])
    const fortran = entry(value, 'fortran') as PickledArray
    expect(valuesOf(fortran.array)).toEqual(['0', '1', '2', '3', '4', '5'])
    const shared = entry(value, 'shared') as PickleValue[]
    expect(shared[0]).toBe(shared[1])
    expect((entry(value, 'text') as PickledArray).array.strings).toEqual(['a', 'bc'])
  })

  it.each([0, 2, 4])('refuses os.system by name, protocol %i', async (protocol) => {
    const error = await failureOf(() =>
      readPickle(dataBytes(`pickle/refused-system-${protocol}.pkl`), { file: 'x.pkl' }),
    )
    expect(error.tag).toBe('UnsupportedError')
    // os.system is posix.system where it was made.
    expect(error.got).toBe('posix.system')
  })

  it('refuses os.system under its own name', async () => {
    const error = await failureOf(() =>
      readPickle(bytesOf("cos\nsystem\n(S'echo no'\ntR."), { file: 'weights.npy' }),
    )
    expect(error.message).toMatch(/^weights\.npy: byte 11: .*got os\.system\. Nothing was executed/)
  })

  it.each([
    ['eval', 'builtins.eval'],
    ['set', 'EMPTY_SET'],
    ['fraction', 'fractions.Fraction'],
  ])('refuses %s', async (name, got) => {
    const error = await failureOf(() =>
      readPickle(dataBytes(`pickle/refused-${name}.pkl`), { file: 'x.pkl' }),
    )
    expect([error.tag, error.got]).toEqual(['UnsupportedError', got])
  })

  it.each([
    ['an instance by INST', bytesOf('(ios\nsystem\n.'), 'os.system'],
    ['a class of the allowed module', bytesOf('cnumpy\nmemmap\n.'), 'numpy.memmap'],
    ['a persistent id', bytesOf('Pid\n.'), 'PERSID'],
    ['an extension', bytesOf([0x82, 1], '.'), 'EXT1'],
    ['an out-of-band buffer', bytesOf([0x80, 5, 0x97], '.'), 'NEXT_BUFFER'],
  ])('refuses %s', async (_, bytes, got) => {
    const error = await failureOf(() => readPickle(bytes, { file: 'x.pkl' }))
    expect([error.tag, error.got]).toEqual(['UnsupportedError', got])
  })

  it('refuses allowed functions with arguments that are not theirs', async () => {
    const calls = [
      'c_codecs\nencode\n(Vx\nVutf-8\ntR.',
      'cnumpy\ndtype\n(I1\ntR.',
      'cnumpy\nndarray\n(I1\ntR.',
      'cnumpy.core.multiarray\n_reconstruct\n(I1\ntR.',
      'I1\n(tR.',
      'cnumpy\ndtype\n.',
    ]
    for (const call of calls) {
      const error = await failureOf(() => readPickle(bytesOf(call), { file: 'x.pkl' }))
      expect(error.file).toBe('x.pkl')
    }
  })

  it('bounds depth, memory and self-reference', async () => {
    const deep = bytesOf(']'.repeat(5000), 'a'.repeat(4999), '.')
    expect((await failureOf(() => readPickle(deep, { file: 'x' }))).what).toBe(
      'the pickle is nested too deeply',
    )
    const wide = new Uint8Array(2_000_000).fill(0x7d)
    expect((await failureOf(() => readPickle(wide, { file: 'x' }))).tag).toBe('FormatError')
    const itself = bytesOf(']', [0x94], 'h', [0], 'a.')
    const list = readPickle(itself, { file: 'x' }) as PickleValue[]
    expect(list[0]).toBe(list)
  })

  it.each(dataNames('pickle', '.pkl'))(
    'fails with a typed error when %s is cut at any byte',
    async (name) => {
      const bytes = dataBytes(`pickle/${name}`)
      for (let end = 0; end < bytes.byteLength; end++) {
        const error = await failureOf(() => readPickle(bytes.subarray(0, end), { file: name }))
        expect(error.file).toBe(name)
      }
    },
  )

  it('fails with nothing but typed errors on damaged files', async () => {
    const files = dataNames('pickle', '.pkl').map((name) => dataBytes(`pickle/${name}`))
    const run = fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        async (file, changes) => {
          const damaged = file.slice()
          for (const [at, value] of changes) damaged[at % damaged.length] = value
          await tolerate(() => readPickle(damaged, { file: 'x.pkl' }))
        },
      ),
      { numRuns: 3000, seed: 1 },
    )
    await expect(run).resolves.toBeUndefined()
  })

  it('fails with nothing but typed errors on any bytes', async () => {
    const run = fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        tolerate(() => readPickle(bytes, { file: 'x.pkl' })),
      ),
      { numRuns: 3000, seed: 1 },
    )
    await expect(run).resolves.toBeUndefined()
  })
})
