import { FormatError, ResourceError } from '@dotplus/core'
import * as fc from 'fast-check'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { dataBytes, dataNames, dataSource, failureOf, tolerate } from '../files.fixture.ts'
import type { OpenScratch } from '../scratch.ts'
import { readAll, sourceFromBytes } from '../source.ts'
import { crc32 } from './crc32.ts'
import { openZip } from './zip.ts'

const text = new TextEncoder()
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
/** One character per byte: the archive holds the time of day, which may be no UTF-8. */
const charactersOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)

function open(bytes: Uint8Array): ReturnType<typeof openZip> {
  return openZip(sourceFromBytes('x.zip', bytes))
}

/** Replaces bytes of the central directory's entry for `name`; offsets are those of the zip specification. */
function patchDirectory(
  zip: Uint8Array,
  name: string,
  patches: Record<number, number[]>,
): Uint8Array {
  const bytes = zip.slice()
  const at = charactersOf(bytes).lastIndexOf(name) - 46
  for (const [offset, values] of Object.entries(patches)) bytes.set(values, at + Number(offset))
  return bytes
}

const stored = zipSync(
  { 'a.txt': text.encode('hello'), 'b.txt': text.encode('world') },
  { level: 0 },
)

describe('openZip', () => {
  it('reads stored and deflated files, with data descriptors', async () => {
    const zip = await openZip(dataSource('zip/descriptors.zip'))
    expect(zip.names).toEqual(['a.txt', 'folder/b.txt'])
    expect(textOf(await zip.read('a.txt'))).toBe('hello'.repeat(100))
    expect(textOf(await zip.read('folder/b.txt'))).toBe('stored')
  })

  it('reads zip64', async () => {
    const zip = await openZip(dataSource('zip/zip64.zip'))
    expect(textOf(await zip.read('a.txt'))).toBe('hello')
  })

  it('leaves folders out and reads names in UTF-8', async () => {
    const zip = await openZip(dataSource('zip/folders.zip'))
    expect(zip.names).toEqual(['folder/é.txt'])
    expect(textOf(await zip.read('folder/é.txt'))).toBe('utf-8 name')
  })

  it('opens a stored file in place and a deflated one inflated', async () => {
    const zip = await openZip(dataSource('zip/descriptors.zip'))
    const b = await zip.open('folder/b.txt')
    expect([b.name, b.byteLength]).toEqual(['zip/descriptors.zip/folder/b.txt', 6])
    expect(textOf(await b.slice(1, 4))).toBe('tor')
    expect(textOf(await readAll(await zip.open('a.txt')))).toBe('hello'.repeat(100))
  })

  it('reads an empty archive', async () => {
    expect((await open(zipSync({}))).names).toEqual([])
  })

  it('refuses two files of the same name', async () => {
    const bytes = stored.slice()
    const name = text.encode('a.txt')
    for (
      let at = charactersOf(bytes).indexOf('b.txt');
      at >= 0;
      at = charactersOf(bytes).indexOf('b.txt', at + 1)
    )
      bytes.set(name, at)
    expect((await failureOf(() => open(bytes))).what).toBe(
      'two files of the same name in the archive',
    )
  })

  it.each(['../x', 'a/../x', '/etc/x', 'c:x', 'a\\x', './x', 'a\0x'])(
    'refuses the name %j',
    async (name) => {
      const error = await failureOf(() => open(zipSync({ [name]: text.encode('x') })))
      expect(error.what).toBe('a file name that leaves the archive')
    },
  )

  it('refuses files that overlap', async () => {
    const bytes = patchDirectory(stored, 'b.txt', { 42: [0, 0, 0, 0] })
    expect((await failureOf(() => open(bytes))).what).toBe('the archive is damaged: files overlap')
  })

  it('refuses a directory that names another file than the header', async () => {
    const bytes = stored.slice()
    bytes.set(text.encode('c'), charactersOf(bytes).indexOf('a.txt'))
    const zip = await open(bytes)
    expect((await failureOf(() => zip.read('a.txt'))).what).toMatch(/name different files/)
  })

  it('refuses encrypted files and other compression methods', async () => {
    const encrypted = patchDirectory(stored, 'a.txt', { 8: [1, 0] })
    expect((await failureOf(() => open(encrypted))).tag).toBe('UnsupportedError')
    const zip = await open(patchDirectory(stored, 'a.txt', { 10: [12, 0] }))
    expect((await failureOf(() => zip.read('a.txt'))).got).toBe('12')
  })

  it('checks CRC-32 of read and of opened files', async () => {
    const bytes = stored.slice()
    bytes[charactersOf(bytes).indexOf('hello')] = 0x48
    const zip = await open(bytes)
    for (const attempt of [() => zip.read('a.txt'), () => zip.open('a.txt')]) {
      expect((await failureOf(attempt)).what).toBe('CRC-32 differs: the archive is damaged')
    }
  })

  it('refuses a file that grows beyond what the archive explains', async () => {
    const zeros = zipSync({ bomb: new Uint8Array(80 * 1024 * 1024) }, { level: 9 })
    const zip = await open(zeros)
    expect((await failureOf(() => zip.read('bomb'))).what).toBe(
      'the file asks for more memory than its size explains',
    )
    const lying = patchDirectory(zipSync({ bomb: new Uint8Array(1000) }), 'bomb', {
      24: [0, 0, 0, 0x10],
    })
    const error = await failureOf(async () => (await open(lying)).read('bomb'))
    expect(error.what).toBe('the archive promises more than deflate can hold')
  })

  describe('of large deflated entries with a scratch', () => {
    // Mostly zeros, but more than the archive's size alone explains would be refused.
    const large = new Uint8Array(66 * 1024 * 1024)
    let state = 1
    for (let i = 0; i < 1 << 20; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      large[i * 64] = state >>> 24
    }
    const archive = zipSync({ large, small: new Uint8Array(1000) }, { level: 1 })

    function scratches(): { open: OpenScratch; written: Uint8Array[][] } {
      const written: Uint8Array[][] = []
      const openScratch: OpenScratch = () => {
        const pieces: Uint8Array[] = []
        written.push(pieces)
        return Promise.resolve({
          write(bytes) {
            pieces.push(bytes.slice())
            return Promise.resolve()
          },
          read: (start, end) =>
            Promise.resolve(new Uint8Array(Buffer.concat(pieces).subarray(start, end))),
        })
      }
      return { open: openScratch, written }
    }

    it('inflates into it what is opened, piece by piece, and small ones in memory', async () => {
      const { open: openScratch, written } = scratches()
      const zip = await openZip(sourceFromBytes('x.zip', archive), openScratch)
      const source = await zip.open('large')
      expect(source.byteLength).toBe(large.byteLength)
      expect(written[0]?.length).toBeGreaterThan(100)
      expect(await source.slice(64 * 1000, 64 * 1000 + 200)).toEqual(
        large.slice(64 * 1000, 64 * 1000 + 200),
      )
      expect((await zip.open('small')).byteLength).toBe(1000)
      expect(written).toHaveLength(1)
    })

    it('checks length and CRC-32', async () => {
      const { open: openScratch } = scratches()
      const crc = patchDirectory(archive, 'large', { 16: [1, 2, 3, 4] })
      const zip = await openZip(sourceFromBytes('x.zip', crc), openScratch)
      expect((await failureOf(() => zip.open('large'))).what).toBe(
        'CRC-32 differs: the archive is damaged',
      )
      const field = [...new Uint8Array(Uint32Array.of(large.byteLength - 1).buffer)]
      const longer = patchDirectory(archive, 'large', { 24: field })
      const other = await openZip(sourceFromBytes('x.zip', longer), openScratch)
      expect((await failureOf(() => other.open('large'))).what).toBe('decompressed size')
    })

    it('fails as the scratch does', async () => {
      const zip = await openZip(sourceFromBytes('x.zip', archive), () =>
        Promise.resolve({
          write: () => Promise.reject(new ResourceError('no room', { file: 'tmp' })),
          read: () => Promise.reject(new Error('never')),
        }),
      )
      expect((await failureOf(() => zip.open('large'))).what).toBe('no room')
    })
  })

  describe('of entries that are inflated piece by piece', () => {
    // Noise that deflate cannot shorten: more than a megabyte stays.
    let state = 1
    const noise = Uint8Array.from({ length: 3 << 19 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    })
    const whole = zipSync({ a: noise })
    const dataStart = 31

    it('reads them', async () => {
      expect(whole.byteLength).toBeGreaterThan(1 << 20)
      const zip = await open(whole)
      expect(Buffer.compare(await zip.read('a'), noise)).toBe(0)
    })

    it('names what is damaged', async () => {
      const damaged = whole.slice()
      damaged.fill(0xff, dataStart + 500_000, dataStart + 500_100)
      const error = await failureOf(async () => (await open(damaged)).read('a'))
      expect([error.tag, error.place]).toEqual(['FormatError', 'a'])
    })

    it.each([noise.length - 1, noise.length + 1])('refuses a size of %i', async (size) => {
      const field = new Uint8Array(Uint32Array.of(size).buffer)
      const zip = await open(patchDirectory(whole, 'a', { 24: [...field] }))
      expect((await failureOf(() => zip.read('a'))).what).toBe('decompressed size')
    })

    it('gives up when the source fails', async () => {
      const source = sourceFromBytes('x.zip', whole)
      const broken = {
        ...source,
        slice: (start: number, end: number) =>
          start === dataStart + (1 << 20)
            ? Promise.reject(new FormatError('the disk is gone'))
            : source.slice(start, end),
      }
      const zip = await openZip(broken)
      expect((await failureOf(() => zip.read('a'))).what).toBe('the disk is gone')
    })
  })

  it('refuses sizes that are not those of the data', async () => {
    const deflated = zipSync({ a: text.encode('hello'.repeat(50)) })
    for (const size of [249, 251]) {
      const zip = await open(patchDirectory(deflated, 'a', { 24: [size, 0, 0, 0] }))
      const error = await failureOf(() => zip.read('a'))
      expect(error.place).toBe('a')
    }
  })

  it.each(dataNames('zip', 'zip'))(
    'fails with a typed error when %s is cut at any byte',
    async (name) => {
      const bytes = dataBytes(`zip/${name}`)
      for (let end = 0; end < bytes.byteLength; end++) {
        const error = await failureOf(() => open(bytes.subarray(0, end)))
        expect(error.tag).toBe('FormatError')
      }
    },
  )

  it('fails with nothing but typed errors on damaged archives', async () => {
    const files = [...dataNames('zip', 'zip'), ...dataNames('zip', 'npz')].map((name) =>
      dataBytes(`zip/${name}`),
    )
    const run = fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        async (file, changes) => {
          const damaged = file.slice()
          for (const [at, value] of changes) damaged[at % damaged.length] = value
          await tolerate(async () => {
            const zip = await open(damaged)
            for (const name of zip.names) await zip.read(name)
          })
        },
      ),
      { numRuns: 2000, seed: 1 },
    )
    await expect(run).resolves.toBeUndefined()
  })
})

describe('crc32', () => {
  it('is the CRC of zip, in one piece and in several', () => {
    const bytes = text.encode('123456789')
    expect(crc32(bytes)).toBe(0xcbf43926)
    expect(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4)))).toBe(0xcbf43926)
  })
})
