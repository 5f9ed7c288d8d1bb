import { FormatError, UnsupportedError } from '@dotplus/core'
import { readRange, type Source } from '../source.ts'
import { Cursor } from './cursor.ts'

const endSignature = 0x06054b50
const endLength = 22
const longestComment = 0xffff
const locatorSignature = 0x07064b50
const locatorLength = 20
const end64Signature = 0x06064b50
const end64Length = 56
const entrySignature = 0x02014b50
const entryLength = 46
const zip64Extra = 0x0001
const encryptedFlag = 1
const utf8Flag = 1 << 11
const largest16 = 0xffff
const largest32 = 0xffffffff

/** One file as the central directory describes it. */
export interface DirectoryEntry {
  readonly name: string
  /** The name's bytes, to compare with the local header's. */
  readonly rawName: Uint8Array
  /** 0 stored, 8 deflated. */
  readonly method: number
  readonly crc: number
  readonly compressedSize: number
  readonly size: number
  /** Offset of the local header. */
  readonly offset: number
}

/** The files of an archive by name, in directory order. */
export async function readCentralDirectory(
  source: Source,
): Promise<ReadonlyMap<string, DirectoryEntry>> {
  const { count, length, offset } = await readEnd(source)
  // Each entry takes at least its fixed part, so the count cannot ask for more than the file holds.
  if (count * entryLength > length) {
    throw new FormatError('the archive is damaged: more entries than its directory can hold', {
      file: source.name,
      expected: `at most ${Math.floor(length / entryLength)}`,
      got: `${count}`,
    })
  }
  const bytes = await readRange(source, offset, offset + length, 'the zip directory')
  const cursor = new Cursor(bytes, { file: source.name, what: 'the zip directory', offset })
  const entries = new Map<string, DirectoryEntry>()
  for (let i = 0; i < count; i++) {
    const entry = readEntry(cursor, source)
    if (entry.name.endsWith('/') && entry.size === 0) continue
    if (entries.has(entry.name)) {
      throw new FormatError('two files of the same name in the archive', {
        file: source.name,
        place: entry.name,
      })
    }
    entries.set(entry.name, entry)
  }
  rejectOverlaps(entries, source, offset)
  return entries
}

interface End {
  count: number
  length: number
  offset: number
}

async function readEnd(source: Source): Promise<End> {
  const tailStart = Math.max(0, source.byteLength - endLength - longestComment)
  const tail = await readRange(source, tailStart, source.byteLength, 'the zip archive')
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  for (let at = tail.byteLength - endLength; at >= 0; at--) {
    if (view.getUint32(at, true) !== endSignature) continue
    if (at + endLength + view.getUint16(at + 20, true) !== tail.byteLength) continue
    const count = view.getUint16(at + 10, true)
    const length = view.getUint32(at + 12, true)
    const offset = view.getUint32(at + 16, true)
    if (count === largest16 || length === largest32 || offset === largest32) {
      const end64 = await readEnd64(source, tailStart + at - locatorLength)
      if (end64) return end64
    }
    return { count, length, offset }
  }
  throw new FormatError('the zip archive is cut off', {
    file: source.name,
    place: `last ${tail.byteLength} bytes`,
    expected: 'an end-of-directory record',
    got: 'none',
  })
}

async function readEnd64(source: Source, locatorOffset: number): Promise<End | undefined> {
  if (locatorOffset < 0) return undefined
  const what = 'the zip64 directory record'
  const locatorBytes = await readRange(source, locatorOffset, locatorOffset + locatorLength, what)
  const locator = new Cursor(locatorBytes, { file: source.name, what, offset: locatorOffset })
  if (locator.uint32() !== locatorSignature) return undefined
  locator.advance(4)
  const at = locator.uint(8)
  const cursor = new Cursor(await readRange(source, at, at + end64Length, what), {
    file: source.name,
    what,
    offset: at,
  })
  if (cursor.uint32() !== end64Signature)
    throw cursor.error('the zip64 directory record is damaged')
  cursor.advance(28)
  const count = cursor.uint(8)
  const length = cursor.uint(8)
  return { count, length, offset: cursor.uint(8) }
}

function readEntry(cursor: Cursor, source: Source): DirectoryEntry {
  if (cursor.uint32() !== entrySignature) throw cursor.error('the zip directory is damaged')
  cursor.advance(4)
  const flags = cursor.uint16()
  const method = cursor.uint16()
  cursor.advance(4)
  const crc = cursor.uint32()
  let compressedSize = cursor.uint32()
  let size = cursor.uint32()
  const nameLength = cursor.uint16()
  const extraLength = cursor.uint16()
  const commentLength = cursor.uint16()
  cursor.advance(8)
  let offset = cursor.uint32()
  const rawName = cursor.take(nameLength)
  const extra = new Cursor(cursor.take(extraLength), {
    ...cursor.origin,
    what: 'a zip extra field',
  })
  cursor.advance(commentLength)
  const name = new TextDecoder(flags & utf8Flag ? 'utf-8' : 'latin1').decode(rawName)
  while (extra.remaining >= 4) {
    const id = extra.uint16()
    const field = new Cursor(extra.take(extra.uint16()), {
      ...cursor.origin,
      what: 'the zip64 field',
    })
    if (id !== zip64Extra) continue
    if (size === largest32) size = field.uint(8)
    if (compressedSize === largest32) compressedSize = field.uint(8)
    if (offset === largest32) offset = field.uint(8)
  }
  const where = { file: source.name, place: name.slice(0, 100) }
  checkName(name, where)
  if (flags & encryptedFlag) throw new UnsupportedError('the zip entry is encrypted', where)
  if (method === 0 && size !== compressedSize) {
    throw new FormatError('the archive is damaged: a stored file of two sizes', {
      ...where,
      expected: `${compressedSize}`,
      got: `${size}`,
    })
  }
  return { name, rawName, method, crc, compressedSize, size, offset }
}

function checkName(name: string, where: { file: string; place: string }): void {
  const parts = name.split('/')
  const leaves =
    name === '' ||
    name.startsWith('/') ||
    /^[A-Za-z]:/.test(name) ||
    name.includes('\\') ||
    name.includes('\0')
  if (leaves || parts.includes('..') || parts.includes('.')) {
    throw new FormatError('a file name that leaves the archive', {
      ...where,
      expected: 'a relative path with forward slashes',
      got: JSON.stringify(name.slice(0, 100)),
    })
  }
}

/** Entries that share bytes are how small archives unpack to petabytes. */
function rejectOverlaps(
  entries: ReadonlyMap<string, DirectoryEntry>,
  source: Source,
  directory: number,
): void {
  const sorted = [...entries.values()].toSorted((a, b) => a.offset - b.offset)
  for (const [index, entry] of sorted.entries()) {
    const next = sorted[index + 1]?.offset ?? directory
    const end = entry.offset + 30 + entry.rawName.byteLength + entry.compressedSize
    if (end > next) {
      throw new FormatError('the archive is damaged: files overlap', {
        file: source.name,
        place: entry.name,
        expected: `an end before byte ${next}`,
        got: `byte ${end}`,
      })
    }
  }
}
