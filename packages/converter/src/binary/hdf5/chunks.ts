import { UnsupportedError } from '@dotplus/core'
import { btree1Entries, chunkNodes } from './btree1.ts'
import { btree2Records } from './btree2.ts'
import { fixedArrayElements } from './fixed-array.ts'
import type { Layout } from './layout.ts'
import type { Hdf5Reader } from './reader.ts'

/** One stored chunk of a dataset. */
export interface Chunk {
  readonly address: number
  /** Bytes in the file. */
  readonly byteLength: number
  /** Bit i set: filter i was not applied. */
  readonly skipped: number
  /** Index of the chunk in the grid of chunks, per dimension. */
  readonly position: readonly number[]
}

type Chunked = Extract<Layout, { kind: 'chunked' }>

/**
 * Every stored chunk of a dataset; those never written are missing.
 *
 * @param grid chunks per dimension
 * @param plainLength bytes of a chunk without filters
 * @param filtered the dataset has a filter pipeline
 */
export async function* storedChunks(
  reader: Hdf5Reader,
  layout: Chunked,
  grid: readonly number[],
  plainLength: number,
  filtered: boolean,
): AsyncGenerator<Chunk> {
  const { address, index, chunkShape } = layout
  if (address === undefined) return
  const rank = chunkShape.length
  const plain = { byteLength: plainLength, skipped: 0 }
  switch (index.kind) {
    case 'btree1':
      for await (const entry of btree1Entries(reader, address, chunkNodes, 8 + 8 * (rank + 1))) {
        const byteLength = entry.key.uint32()
        const skipped = entry.key.uint32()
        const position = chunkShape.map((size) => entry.key.uint(8) / size)
        yield { address: entry.address, byteLength, skipped, position }
      }
      return
    case 'btree2':
      for await (const record of btree2Records(reader, address)) {
        const at = reader.requiredAddress(record, 'a chunk')
        const stored = filtered
          ? { byteLength: record.uint(record.remaining - 4 - 8 * rank), skipped: record.uint32() }
          : plain
        yield { address: at, ...stored, position: chunkShape.map(() => record.uint(8)) }
      }
      return
    case 'single':
      yield {
        address,
        byteLength: index.byteLength ?? plainLength,
        skipped: index.skipped,
        position: grid.map(() => 0),
      }
      return
    case 'implicit': {
      let offset = 0
      for (const position of gridPositions(grid)) {
        yield { address: address + offset, ...plain, position }
        offset += plainLength
      }
      return
    }
    case 'fixedArray': {
      const positions = gridPositions(grid)
      for await (const element of fixedArrayElements(reader, address)) {
        const next = positions.next()
        if (next.done) return
        const at = reader.address(element)
        if (at === undefined) continue
        const stored = filtered
          ? { byteLength: element.uint(element.remaining - 4), skipped: element.uint32() }
          : plain
        yield { address: at, ...stored, position: next.value }
      }
      return
    }
    default:
      throw new UnsupportedError('HDF5 dataset of growing size written with libver="latest"', {
        file: reader.source.name,
        hint: 'Save the model again with Keras, or run h5repack on the file',
      })
  }
}

/** Every index of a grid in row-major order. */
function* gridPositions(grid: readonly number[]): Generator<number[]> {
  const position = grid.map(() => 0)
  const count = grid.reduce((product, size) => product * size, 1)
  for (let i = 0; i < count; i++) {
    yield [...position]
    for (let axis = grid.length - 1; axis >= 0; axis--) {
      const next = (position[axis] as number) + 1
      if (next < (grid[axis] as number)) {
        position[axis] = next
        break
      }
      position[axis] = 0
    }
  }
}
