import { FormatError } from '@dotplus/core'
import type { OpenScratch } from '../scratch.ts'
import { readRange, sourceFromBytes, type Source } from '../source.ts'
import { allowedExpansion, Budget } from './budget.ts'
import { crc32 } from './crc32.ts'
import { Cursor } from './cursor.ts'
import { readCentralDirectory, type DirectoryEntry } from './zip-directory.ts'
import { inflateEntry, inflateHead, inflateTo } from './zip-inflate.ts'

// The central directory is read here because none of the zip libraries fits: fflate wants the whole archive in memory
// and checks no CRC, zip.js reads at random but leaves duplicates, names and bombs to its caller.

const localHeaderSignature = 0x04034b50
const localHeaderLength = 30
const stored = 0
/** As much of an entry as is read without reading all of it: more than any `.npy` header takes. */
const longestHead = 1 << 17
/** Deflated entries up to this size are inflated in memory in any case. */
const longestInMemory = 64 * 1024 * 1024

/** Entries of a zip archive by name. */
export interface ZipArchive {
  /** Names of the files in it, in the order of the directory; folders are left out. */
  readonly names: readonly string[]
  has(name: string): boolean
  /**
   * One file's bytes, decompressed, with length and CRC-32 checked.
   *
   * @throws {FormatError} when the entry is missing, damaged, or grows beyond what the archive's size explains
   */
  read(name: string): Promise<Uint8Array>
  /**
   * One file as a {@link Source}. A stored entry is checked once and then read in place; a deflated one is inflated first,
   * a large one into the archive's scratch where it has one.
   */
  open(name: string): Promise<Source>
  /**
   * One file as a {@link Source} for readers that look at its beginning and later take it as a whole: the first 128 kB
   * are inflated on their own, and the file is inflated and checked each time anything beyond is asked for, but not kept.
   */
  openLazily(name: string): Source
}

/** True when `bytes` begin as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x50 &&
    bytes[1] === 0x4b &&
    ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6))
  )
}

/**
 * Opens a zip archive: stored and deflated entries, zip64.
 *
 * @param openScratch room for large deflated entries that are opened; in memory without it
 * @throws {FormatError} for damage, duplicate names, names that leave the archive (`../x`, `/x`), overlapping entries
 * @throws {UnsupportedError} for encrypted entries and other compression methods
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function openZip(source: Source, openScratch?: OpenScratch): Promise<ZipArchive> {
  const entries = await readCentralDirectory(source)
  const budget = new Budget(source.name, allowedExpansion(source.byteLength))

  const find = (name: string): DirectoryEntry => {
    const entry = entries.get(name)
    if (entry) return entry
    throw new FormatError('no such file in the archive', {
      file: source.name,
      place: name,
      got: [...entries.keys()].slice(0, 8).join(', ') || 'an empty archive',
    })
  }

  const read = async (name: string): Promise<Uint8Array> => {
    const entry = find(name)
    const start = await locate(source, entry)
    const bytes =
      entry.method === stored
        ? await readRange(source, start, start + entry.size, name)
        : await inflateEntry({ source, entry, start }, budget)
    checkCrc(source, entry, crc32(bytes))
    return bytes
  }

  /** The first bytes of an entry, without its CRC-32 checked. */
  const readHead = async (entry: DirectoryEntry, length: number): Promise<Uint8Array> => {
    const start = await locate(source, entry)
    return entry.method === stored
      ? readRange(source, start, start + length, entry.name)
      : inflateHead({ source, entry, start }, length)
  }

  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    read,
    open: async (name) => {
      const entry = find(name)
      const place = `${source.name}/${name}`
      if (entry.method !== stored && !(openScratch && entry.size > longestInMemory))
        return sourceFromBytes(place, await read(name))
      const start = await locate(source, entry)
      if (entry.method !== stored && openScratch) {
        const scratch = await openScratch()
        const crc = await inflateTo({ source, entry, start }, budget, scratch)
        checkCrc(source, entry, crc)
        const slice = (from: number, to: number): Promise<Uint8Array> => scratch.read(from, to)
        return { name: place, byteLength: entry.size, slice }
      }
      await verifyStored(source, entry, start)
      return {
        name: place,
        byteLength: entry.size,
        slice: (from, to) => source.slice(start + from, start + to),
      }
    },
    openLazily: (name) => {
      const entry = find(name)
      const slice = async (from: number, to: number): Promise<Uint8Array> => {
        const isHead = from === 0 && to < entry.size && to <= longestHead
        const bytes = isHead ? await readHead(entry, to) : await read(name)
        return bytes.subarray(from, to)
      }
      return { name: `${source.name}/${name}`, byteLength: entry.size, slice }
    },
  }
}

/** Offset of an entry's first byte, after its local header, which must name the same file. */
async function locate(source: Source, entry: DirectoryEntry): Promise<number> {
  const { offset } = entry
  const head = await readRange(
    source,
    offset,
    offset + localHeaderLength,
    `the header of ${entry.name}`,
  )
  const cursor = new Cursor(head, {
    file: source.name,
    what: `the header of ${entry.name}`,
    offset,
  })
  if (cursor.uint32() !== localHeaderSignature) {
    throw new FormatError('the archive is damaged: no file header where the directory says', {
      file: source.name,
      place: `${entry.name}, byte ${offset}`,
    })
  }
  cursor.advance(22)
  const nameLength = cursor.uint16()
  const extraLength = cursor.uint16()
  const nameStart = offset + localHeaderLength
  const name = await readRange(
    source,
    nameStart,
    nameStart + nameLength,
    `the header of ${entry.name}`,
  )
  if (
    name.byteLength !== entry.rawName.byteLength ||
    name.some((byte, index) => byte !== entry.rawName[index])
  ) {
    throw new FormatError(
      'the archive is damaged: directory and file header name different files',
      {
        file: source.name,
        place: `byte ${offset}`,
        expected: entry.name,
        got: new TextDecoder().decode(name.subarray(0, 80)),
      },
    )
  }
  return nameStart + nameLength + extraLength
}

function checkCrc(source: Source, entry: DirectoryEntry, got: number): void {
  if (got === entry.crc) return
  throw new FormatError('CRC-32 differs: the archive is damaged', {
    file: source.name,
    place: entry.name,
    expected: entry.crc.toString(16).padStart(8, '0'),
    got: got.toString(16).padStart(8, '0'),
  })
}

const verifyChunk = 4 * 1024 * 1024

async function verifyStored(source: Source, entry: DirectoryEntry, start: number): Promise<void> {
  const end = start + entry.size
  let crc = 0
  for (let from = start; from < end; from += verifyChunk) {
    crc = crc32(await readRange(source, from, Math.min(end, from + verifyChunk), entry.name), crc)
  }
  checkCrc(source, entry, crc)
}
