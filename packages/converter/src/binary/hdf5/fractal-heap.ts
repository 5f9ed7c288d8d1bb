import { UnsupportedError } from '@dotplus/core'
import { Cursor } from '../cursor.ts'
import { btree2Records, encodedSize } from './btree2.ts'
import { expectSignature, type Hdf5Reader } from './reader.ts'

const what = 'an HDF5 fractal heap'
const managed = 0
const huge = 1
const tiny = 2

/** Objects of a fractal heap by their heap id: where new-style groups and objects with many attributes keep them. */
export class FractalHeap {
  readonly #reader: Hdf5Reader
  readonly #tableWidth: number
  readonly #startSize: number
  readonly #directRows: number
  readonly #rootAddress: number | undefined
  readonly #rootRows: number
  readonly #offsetBytes: number
  readonly #lengthBytes: number
  readonly #hugeIndex: number | undefined

  private constructor(reader: Hdf5Reader, cursor: Cursor) {
    this.#reader = reader
    cursor.advance(1 + 2)
    const filterLength = cursor.uint16()
    cursor.advance(1)
    const largestManaged = cursor.uint32()
    cursor.advance(reader.lengthSize)
    this.#hugeIndex = reader.address(cursor)
    cursor.advance(reader.lengthSize + reader.offsetSize + 8 * reader.lengthSize)
    this.#tableWidth = cursor.uint16()
    this.#startSize = reader.length(cursor)
    const largestDirect = reader.length(cursor)
    const heapBits = cursor.uint16()
    cursor.advance(2)
    this.#rootAddress = reader.address(cursor)
    this.#rootRows = cursor.uint16()
    if (filterLength > 0) {
      throw new UnsupportedError('compressed HDF5 attribute storage', { file: reader.source.name })
    }
    if (
      !isPowerOfTwo(this.#startSize) ||
      !isPowerOfTwo(largestDirect) ||
      this.#tableWidth === 0 ||
      heapBits > 64
    ) {
      throw cursor.error(`${what} is damaged`)
    }
    this.#directRows = Math.log2(largestDirect) - Math.log2(this.#startSize) + 2
    this.#offsetBytes = Math.ceil(heapBits / 8)
    this.#lengthBytes = Math.min(
      Math.ceil(Math.log2(largestDirect) / 8),
      encodedSize(largestManaged),
    )
  }

  static async open(reader: Hdf5Reader, address: number): Promise<FractalHeap> {
    const size =
      4 + 1 + 2 + 2 + 1 + 4 + 12 * reader.lengthSize + 3 * reader.offsetSize + 2 + 2 + 2 + 2
    const cursor = await reader.block(address, size, what)
    expectSignature(cursor, 'FRHP')
    return new FractalHeap(reader, cursor)
  }

  /** The bytes of the object with this heap id. */
  async object(id: Cursor): Promise<Cursor> {
    const head = id.uint8()
    switch ((head >> 4) & 3) {
      case managed: {
        const offset = id.uint(this.#offsetBytes)
        const length = id.uint(this.#lengthBytes)
        return this.#reader.block(await this.#addressOf(offset, id), length, 'an HDF5 heap object')
      }
      case huge:
        return this.#hugeObject(id)
      case tiny:
        return id.sub((head & 0x0f) + 1)
      default:
        throw id.error(`${what} is damaged`, { got: `object type ${(head >> 4) & 3}` })
    }
  }

  /** Objects too large for the heap lie elsewhere in the file, indexed by their number. */
  async #hugeObject(id: Cursor): Promise<Cursor> {
    const reader = this.#reader
    if (this.#hugeIndex === undefined)
      throw id.error(`${what} is damaged: no index of large objects`)
    const wanted = id.uint(Math.min(id.remaining, reader.lengthSize))
    for await (const record of btree2Records(reader, this.#hugeIndex)) {
      const address = reader.requiredAddress(record, 'a large heap object')
      const length = reader.length(record)
      if (reader.length(record) === wanted)
        return reader.block(address, length, 'an HDF5 heap object')
    }
    throw id.error(`${what} is damaged: a large object is missing`)
  }

  /** File address of an offset in the heap's linear space, through the doubling table of indirect blocks. */
  async #addressOf(offset: number, id: Cursor): Promise<number> {
    let block = this.#rootAddress
    if (block === undefined) throw id.error(`${what} is empty`)
    let rows = this.#rootRows
    let rest = offset
    // Each level's rows are fewer than those above, so this ends.
    while (rows > 0) {
      const { row, column, rowSize } = this.#locate(rest)
      if (row >= rows) throw id.error(`${what} is damaged`, { got: `offset ${offset}` })
      const directRows = Math.min(rows, this.#directRows)
      const entry = row * this.#tableWidth + column
      const head = 5 + this.#reader.offsetSize + this.#offsetBytes
      const pointer = await this.#reader.block(
        block + head + entry * this.#reader.offsetSize,
        this.#reader.offsetSize,
        what,
      )
      block = this.#reader.requiredAddress(pointer, 'a heap block')
      rest -= this.#rowStart(row) + column * rowSize
      if (row < directRows) return block + rest
      const childRows = Math.log2(rowSize) - Math.log2(this.#startSize * this.#tableWidth) + 1
      if (!(childRows < rows)) throw id.error(`${what} is damaged`)
      rows = childRows
    }
    return block + rest
  }

  #rowStart(row: number): number {
    return row === 0 ? 0 : this.#startSize * this.#tableWidth * 2 ** (row - 1)
  }

  #locate(offset: number): { row: number; column: number; rowSize: number } {
    const first = this.#startSize * this.#tableWidth
    const row = offset < first ? 0 : Math.floor(Math.log2(offset / first)) + 1
    const rowSize = this.#startSize * 2 ** Math.max(0, row - 1)
    return { row, column: Math.floor((offset - this.#rowStart(row)) / rowSize), rowSize }
  }
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value))
}
