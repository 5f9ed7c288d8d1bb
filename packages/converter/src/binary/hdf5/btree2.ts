import type { Cursor } from '../cursor.ts'
import { expectSignature, Visited, type Hdf5Reader } from './reader.ts'

/** Bytes a count up to `limit` is stored in. */
export function encodedSize(limit: number): number {
  return limit < 1 ? 1 : Math.floor(Math.log2(limit) / 8) + 1
}

const nodeOverhead = 10
const mostDepth = 20

/** Every record of a version 2 B-tree, in order. */
export async function* btree2Records(reader: Hdf5Reader, address: number): AsyncGenerator<Cursor> {
  const what = 'an HDF5 B-tree'
  const visited = new Visited(reader, what)
  const head = await reader.block(address, 16 + reader.offsetSize + 2 + reader.lengthSize, what)
  expectSignature(head, 'BTHD')
  head.advance(2)
  const nodeSize = head.uint32()
  const recordSize = head.uint16()
  const depth = head.uint16()
  head.advance(2)
  const root = reader.address(head)
  const rootRecords = head.uint16()
  if (root === undefined) return
  if (recordSize === 0 || nodeSize <= nodeOverhead || depth > mostDepth) {
    throw head.error(`${what} is damaged`, {
      got: `record ${recordSize}, node ${nodeSize} bytes, depth ${depth}`,
    })
  }

  const leafMost = Math.floor((nodeSize - nodeOverhead) / recordSize)
  const countSize = encodedSize(leafMost)
  // Records below a child at each depth, whose width the pointers to it depend on.
  const totalSize: number[] = [0]
  let total = leafMost
  for (let level = 1; level <= depth; level++) {
    const pointer =
      reader.offsetSize + countSize + (level > 1 ? (totalSize[level - 1] as number) : 0)
    const most = Math.floor((nodeSize - nodeOverhead - pointer) / (recordSize + pointer))
    total = (most + 1) * total + most
    totalSize.push(encodedSize(total))
  }

  async function* visit(node: number, count: number, level: number): AsyncGenerator<Cursor> {
    visited.enter(node)
    const cursor = await reader.block(node, Math.min(nodeSize, reader.available(node)), what)
    expectSignature(cursor, level === 0 ? 'BTLF' : 'BTIN')
    cursor.advance(2)
    const records: Cursor[] = []
    for (let i = 0; i < count; i++) records.push(cursor.sub(recordSize))
    if (level === 0) {
      yield* records
      return
    }
    for (let i = 0; i <= count; i++) {
      const child = reader.requiredAddress(cursor, 'a B-tree child')
      const childCount = cursor.uint(countSize)
      if (level > 1) cursor.advance(totalSize[level - 1] as number)
      yield* visit(child, childCount, level - 1)
      const record = records[i]
      if (record) yield record
    }
  }
  yield* visit(root, rootRecords, depth)
}
