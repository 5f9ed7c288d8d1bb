import type { Cursor } from '../cursor.ts'
import { expectSignature, type Hdf5Reader } from './reader.ts'

const what = 'an HDF5 fixed array'

/** The elements of a fixed array, the chunk index of datasets of fixed size in new-style files. */
export async function* fixedArrayElements(
  reader: Hdf5Reader,
  address: number,
): AsyncGenerator<Cursor> {
  const head = await reader.block(address, 8 + reader.lengthSize + reader.offsetSize, what)
  expectSignature(head, 'FAHD')
  head.advance(2)
  const elementSize = head.uint8()
  const pageBits = head.uint8()
  const count = reader.length(head)
  const block = reader.address(head)
  if (block === undefined) return
  if (elementSize === 0 || pageBits > 32) throw head.error(`${what} is damaged`)
  const blockHead = 6 + reader.offsetSize
  const perPage = 2 ** pageBits
  if (count <= perPage) {
    const elements = await reader.block(block + blockHead, count * elementSize, what)
    for (let i = 0; i < count; i++) yield elements.sub(elementSize)
    return
  }
  // Pages come after a bitmap of those in use and its checksum; each page ends with a checksum of its own.
  const pages = Math.ceil(count / perPage)
  let at = block + blockHead + Math.ceil(pages / 8) + 4
  for (let first = 0; first < count; first += perPage) {
    const inPage = Math.min(perPage, count - first)
    const elements = await reader.block(at, inPage * elementSize, what)
    for (let i = 0; i < inPage; i++) yield elements.sub(elementSize)
    at += inPage * elementSize + 4
  }
}
