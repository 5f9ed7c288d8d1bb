import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NdArray } from '../../array.ts'
import { valuesOf } from '../../array-values.fixture.ts'
import {
  dataBytes,
  dataJson,
  dataSource,
  failureOf,
  fixtureBytes,
  tolerate,
} from '../../files.fixture.ts'
import { sourceFromBytes, type Source } from '../../source.ts'
import { openHdf5, openPath, type Hdf5Group } from './hdf5.ts'

interface Expected {
  readonly attributes: Record<string, { shape: number[]; values: string[] }>
  readonly shape?: number[]
  readonly values?: string[]
}

const expected = dataJson<Record<string, Expected>>('hdf5/expected.json')

/** Opens everything in a file and reads all data; answers the paths. */
async function readEverything(source: Source): Promise<string[]> {
  const paths: string[] = []
  let left = 500
  const visit = async (group: Hdf5Group, depth: number): Promise<void> => {
    for (const name of group.names) {
      const object = await group.open(name)
      if (!object || depth > 20 || left-- <= 0) continue
      paths.push(object.path)
      if (object.kind === 'group') await visit(object, depth + 1)
      else await object.read()
    }
  }
  await visit(await openHdf5(source), 0)
  return paths
}

function described(array: NdArray): { shape: number[]; values: string[] } {
  // A bfloat16 is expected as its bits.
  return { shape: [...array.shape], values: valuesOf(array) }
}

describe('openHdf5', () => {
  it.each([
    ['superblock 0, symbol tables', 'earliest', true],
    ['new-style groups', 'v108', true],
    ['superblock 3, all chunk indices', 'latest', true],
    ['links in order of creation', 'track-order', false],
    ['a user block', 'user-block', false],
  ])('reads what h5py wrote: %s', async (_, name, whole) => {
    const source = dataSource(`hdf5/${name}.h5`)
    const root = await openHdf5(source)
    const paths = ['', ...(await readEverything(source))]
    if (whole) expect(paths.toSorted()).toEqual(Object.keys(expected).toSorted())
    for (const path of paths) {
      const object = await openPath(root, path)
      const want = expected[path] as Expected
      const attributes = Object.fromEntries(
        [...(object?.attributes ?? [])].map(([key, value]) => [key, described(value)]),
      )
      expect(attributes, `attributes of ${path}`).toEqual(want.attributes)
      if (object?.kind !== 'dataset') continue
      expect(described(await object.read()), path).toEqual({
        shape: want.shape,
        values: want.values,
      })
    }
  })

  it('reads bfloat16 as Keras stores it', async () => {
    const dataset = await openPath(await openHdf5(dataSource('hdf5/earliest.h5')), 'types/bfloat16')
    expect(dataset?.kind === 'dataset' && dataset.dtype).toBe('bfloat16')
  })

  it('reads attributes larger than an object header', async () => {
    const root = await openHdf5(dataSource('hdf5/large-attribute.h5'))
    const names = root.attributes.get('layer_names')?.strings
    expect(names?.length).toBe(3000)
    expect(names?.[2999]).toBe(`layer_${'2999'.padStart(32, '0')}`)
  })

  it('names the chunk index and the links it does not follow', async () => {
    const extensible = await openPath(await openHdf5(dataSource('hdf5/extensible.h5')), 'x')
    expect((await failureOf(() => extensible?.kind === 'dataset' && extensible.read())).tag).toBe(
      'UnsupportedError',
    )
    const links = await openHdf5(dataSource('hdf5/links.h5'))
    for (const name of ['soft', 'external']) {
      expect((await failureOf(() => links.open(name))).message).toContain(`${name} link`)
    }
  })

  it.each([
    ['an empty file', new Uint8Array(0), 'an empty file'],
    ['text', new TextEncoder().encode('not an HDF5 file at all'), '"not an H"'],
    ['a zip archive', dataBytes('zip/zip64.zip'), String.raw`"PK\u0003\u0004-\u0000\u0000\u0000"`],
  ])('says what it found instead: %s', async (_, bytes, got) => {
    const error = await failureOf(() => openHdf5(sourceFromBytes('model.h5', bytes)))
    expect([error.tag, error.what, error.got]).toEqual(['FormatError', 'not an HDF5 file', got])
  })

  it('fails with a typed error when a file is cut at any byte', async () => {
    const bytes = dataBytes('hdf5/links.h5')
    for (let end = 0; end < bytes.byteLength; end++) {
      await failureOf(() => readEverything(sourceFromBytes('cut.h5', bytes.subarray(0, end))))
    }
    const weights = fixtureBytes('sample-mlp/linear/weights-h5/model.weights.h5')
    for (let end = 0; end < weights.byteLength; end += 17) {
      const error = await failureOf(() =>
        readEverything(sourceFromBytes('cut.h5', weights.subarray(0, end))),
      )
      expect(error.tag).toBe('FormatError')
    }
  })

  it('fails with nothing but typed errors on damaged files', async () => {
    const files = ['earliest', 'latest', 'links', 'large-attribute'].map((name) =>
      dataBytes(`hdf5/${name}.h5`),
    )
    files.push(fixtureBytes('sample-mlp/linear/h5-keras2/model.h5'))
    const change = fc.tuple(
      fc.nat(),
      fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
    )
    const run = fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        async (file, changes) => {
          const damaged = file.slice()
          // Half of the changes go to the first pages, where the structure is.
          for (const [at, value] of changes)
            damaged[at % (at % 2 === 0 ? 4096 : damaged.length)] = value
          await tolerate(() => readEverything(sourceFromBytes('damaged.h5', damaged)))
        },
      ),
      { numRuns: 400, seed: 1 },
    )
    await expect(run).resolves.toBeUndefined()
  }, 60_000)
})
