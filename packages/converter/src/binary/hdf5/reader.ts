import { FormatError } from '@dotplus/core'
import { readRange, type Source } from '../../source.ts'
import { allowedExpansion, Budget } from '../budget.ts'
import { Cursor } from '../cursor.ts'

const pageSize = 1 << 16
const pagesKept = 64

/** What every part of the HDF5 reader shares: the bytes, the widths of addresses and lengths, and the memory budget. */
export class Hdf5Reader {
  readonly source: Source
  readonly budget: Budget
  /** Bytes of an address and of a length, from the superblock. */
  readonly offsetSize: number
  readonly lengthSize: number
  /** Added to every address: the length of a user block before the superblock. */
  readonly baseAddress: number
  readonly #pages = new Map<number, Promise<Uint8Array>>()

  constructor(source: Source, offsetSize: number, lengthSize: number, baseAddress: number) {
    this.source = source
    this.budget = new Budget(source.name, allowedExpansion(source.byteLength))
    this.offsetSize = offsetSize
    this.lengthSize = lengthSize
    this.baseAddress = baseAddress
  }

  /** Bytes left in the file from `address` on; 0 when it is beyond the end. */
  available(address: number): number {
    return Math.max(0, this.source.byteLength - this.baseAddress - address)
  }

  /** A block of metadata, from a small cache of pages. */
  async block(address: number, length: number, what: string): Promise<Cursor> {
    const start = this.baseAddress + address
    const origin = { file: this.source.name, what, offset: start }
    const page = Math.floor(start / pageSize)
    const inPage = start - page * pageSize
    if (
      !(start >= 0 && length >= 0 && start + length <= this.source.byteLength) ||
      inPage + length > pageSize
    ) {
      return new Cursor(await readRange(this.source, start, start + length, what), origin)
    }
    const bytes = await this.#page(page)
    return new Cursor(bytes.subarray(inPage, inPage + length), origin)
  }

  #page(page: number): Promise<Uint8Array> {
    const known = this.#pages.get(page)
    if (known) return known
    const start = page * pageSize
    const bytes = readRange(
      this.source,
      start,
      Math.min(this.source.byteLength, start + pageSize),
      'the HDF5 file',
    )
    this.#pages.set(page, bytes)
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= pagesKept) break
      this.#pages.delete(oldest)
    }
    return bytes
  }

  /** Element data, not cached. */
  data(address: number, length: number, what: string): Promise<Uint8Array> {
    const start = this.baseAddress + address
    return readRange(this.source, start, start + length, what)
  }

  /** An address, or undefined where all its bits are set. */
  address(cursor: Cursor): number | undefined {
    const start = cursor.position
    const value = cursor.uint(this.offsetSize)
    return cursor.bytes.subarray(start, cursor.position).every((byte) => byte === 0xff)
      ? undefined
      : value
  }

  /** An address that has to be there. */
  requiredAddress(cursor: Cursor, what: string): number {
    const address = this.address(cursor)
    if (address === undefined) throw cursor.error(`${what} has no address`)
    return address
  }

  length(cursor: Cursor): number {
    return cursor.uint(this.lengthSize)
  }

  error(
    what: string,
    details: {
      place?: string
      expected?: string
      got?: string
      hint?: string
      cause?: unknown
    } = {},
  ): FormatError {
    return new FormatError(what, { file: this.source.name, ...details })
  }
}

/** @throws {FormatError} when the next four bytes are not `signature` */
export function expectSignature(cursor: Cursor, signature: string): void {
  const got = String.fromCharCode(...cursor.take(4))
  if (got !== signature) {
    cursor.position -= 4
    throw cursor.error(`${cursor.origin.what} is damaged`, {
      expected: `signature ${signature}`,
      got: JSON.stringify(got),
    })
  }
}

/** Remembers addresses, so that structures that point back at themselves are found out. */
export class Visited {
  readonly #seen = new Set<number>()
  readonly #reader: Hdf5Reader
  readonly #what: string

  constructor(reader: Hdf5Reader, what: string) {
    this.#reader = reader
    this.#what = what
  }

  /** @throws {FormatError} when `address` was entered before */
  enter(address: number): void {
    if (this.#seen.has(address)) {
      throw this.#reader.error(`${this.#what} refers to the same block twice`, {
        place: `byte ${address}`,
      })
    }
    this.#seen.add(address)
  }
}
