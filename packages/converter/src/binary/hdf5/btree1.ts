import type { Cursor } from '../cursor.ts'
import { expectSignature, Visited, type Hdf5Reader } from './reader.ts'

export const groupNodes = 0
export const chunkNodes = 1

/** A child of a leaf with the key before it. */
export interface BTree1Entry {
  readonly key: Cursor
  readonly address: number
}

/**
 * Every entry of a version 1 B-tree in order: symbol table nodes of a group, or chunks of a dataset.
 *
 * @param keySize bytes of one key
 */
export async function* btree1Entries(
  reader: Hdf5Reader,
  root: number,
  nodeType: number,
  keySize: number,
): AsyncGenerator<BTree1Entry> {
  const what = 'an HDF5 B-tree'
  const visited = new Visited(reader, what)
  const headSize = 8 + 2 * reader.offsetSize

  async function* visit(
    address: number,
    expectedLevel: number | undefined,
  ): AsyncGenerator<BTree1Entry> {
    visited.enter(address)
    const head = await reader.block(address, headSize, what)
    expectSignature(head, 'TREE')
    const type = head.uint8()
    const level = head.uint8()
    if (type !== nodeType || (expectedLevel !== undefined && level !== expectedLevel)) {
      throw head.error(`${what} is damaged`, {
        expected: `a node of type ${nodeType}${expectedLevel === undefined ? '' : ` at level ${expectedLevel}`}`,
        got: `type ${type} at level ${level}`,
      })
    }
    const count = head.uint16()
    const node = await reader.block(address + headSize, count * (keySize + reader.offsetSize), what)
    for (let i = 0; i < count; i++) {
      const key = node.sub(keySize)
      const child = reader.requiredAddress(node, 'a B-tree child')
      if (level === 0) yield { key, address: child }
      else yield* visit(child, level - 1)
    }
  }
  yield* visit(root, undefined)
}
