import type { Cursor } from '../cursor.ts'
import { expectSignature, type Hdf5Reader } from './reader.ts'

const what = 'an HDF5 global heap'

/** Objects of global heap collections: the characters of variable-length strings. */
export class GlobalHeap {
  readonly #reader: Hdf5Reader
  readonly #collections = new Map<number, Promise<ReadonlyMap<number, Uint8Array>>>()

  constructor(reader: Hdf5Reader) {
    this.#reader = reader
  }

  /** The string at a reference of (length, collection address, object index). */
  async string(reference: Cursor): Promise<string> {
    const length = reference.uint32()
    const address = this.#reader.address(reference)
    const index = reference.uint32()
    if (length === 0 || address === undefined || address === 0) return ''
    let collection = this.#collections.get(address)
    if (!collection) {
      collection = this.#read(address)
      this.#collections.set(address, collection)
    }
    const bytes = (await collection).get(index)
    if (!bytes || bytes.byteLength < length) {
      throw reference.error(`${what} is damaged`, {
        expected: `${length} characters in object ${index}`,
        got: bytes ? `${bytes.byteLength}` : 'no such object',
      })
    }
    // One heap object may be referred to any number of times.
    this.#reader.budget.take(length, what)
    return new TextDecoder().decode(bytes.subarray(0, length)).replace(/\0+$/, '')
  }

  async #read(address: number): Promise<ReadonlyMap<number, Uint8Array>> {
    const reader = this.#reader
    const headSize = 8 + reader.lengthSize
    const head = await reader.block(address, headSize, what)
    expectSignature(head, 'GCOL')
    head.advance(4)
    const size = reader.length(head)
    if (size < headSize) throw head.error(`${what} is damaged`, { got: `a size of ${size}` })
    const cursor = await reader.block(address + headSize, size - headSize, what)
    const objects = new Map<number, Uint8Array>()
    while (cursor.remaining >= 8 + reader.lengthSize) {
      const index = cursor.uint16()
      cursor.advance(6)
      const length = reader.length(cursor)
      // Object 0 is the free space at the end.
      if (index === 0) break
      // Collections may be made to overlap, so what is remembered of each is charged.
      reader.budget.take(64, what)
      objects.set(index, cursor.take(length))
      cursor.advance(Math.min(cursor.remaining, (8 - (length % 8)) % 8))
    }
    return objects
  }
}
