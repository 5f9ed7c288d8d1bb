import type { Cursor } from '../cursor.ts'
import type { Hdf5Reader } from './reader.ts'

/** How the chunks of a dataset are found. */
export type ChunkIndex =
  | { readonly kind: 'btree1' | 'btree2' | 'implicit' | 'fixedArray' | 'extensibleArray' }
  | { readonly kind: 'single'; readonly byteLength: number | undefined; readonly skipped: number }

/** Where a dataset's elements are. */
export type Layout =
  | { readonly kind: 'compact'; readonly data: Uint8Array }
  | {
      readonly kind: 'contiguous'
      readonly address: number | undefined
      readonly byteLength: number | undefined
    }
  | {
      readonly kind: 'chunked'
      readonly address: number | undefined
      /** Elements per dimension of one chunk. */
      readonly chunkShape: readonly number[]
      readonly index: ChunkIndex
      /** Chunks that reach over the edge are stored without filters. */
      readonly edgesUnfiltered: boolean
    }

const layoutClass = { compact: 0, contiguous: 1, chunked: 2 } as const
const indexKinds = { single: 1, implicit: 2, fixedArray: 3, extensibleArray: 4, btree2: 5 } as const
const maximumRank = 33

/** Reads a data layout message, versions 1 to 4. */
export function readLayout(reader: Hdf5Reader, cursor: Cursor): Layout {
  const version = cursor.uint8()
  if (version < 1 || version > 4)
    throw cursor.error('HDF5 layout version', { expected: '1 to 4', got: `${version}` })
  if (version < 3) return readLayout1(reader, cursor)
  const kind = cursor.uint8()
  switch (kind) {
    case layoutClass.compact:
      return { kind: 'compact', data: cursor.take(cursor.uint16()) }
    case layoutClass.contiguous: {
      const address = reader.address(cursor)
      return { kind: 'contiguous', address, byteLength: reader.length(cursor) }
    }
    case layoutClass.chunked:
      return version === 3 ? readChunked3(reader, cursor) : readChunked4(reader, cursor)
    default:
      throw cursor.error('HDF5 storage layout', {
        expected: 'compact, contiguous or chunked',
        got: kind === 3 ? 'virtual' : `${kind}`,
      })
  }
}

function readLayout1(reader: Hdf5Reader, cursor: Cursor): Layout {
  const rank = readRank(cursor)
  const kind = cursor.uint8()
  cursor.advance(5)
  const address = kind === layoutClass.compact ? undefined : reader.address(cursor)
  const sizes = readSizes(cursor, kind === layoutClass.chunked ? rank - 1 : rank, 4)
  switch (kind) {
    case layoutClass.compact:
      return { kind: 'compact', data: cursor.take(cursor.uint32()) }
    case layoutClass.contiguous:
      return { kind: 'contiguous', address, byteLength: undefined }
    default:
      return {
        kind: 'chunked',
        address,
        chunkShape: sizes,
        index: { kind: 'btree1' },
        edgesUnfiltered: false,
      }
  }
}

function readChunked3(reader: Hdf5Reader, cursor: Cursor): Layout {
  const rank = readRank(cursor)
  const address = reader.address(cursor)
  // The last dimension is the element's size.
  const chunkShape = readSizes(cursor, rank - 1, 4)
  return { kind: 'chunked', address, chunkShape, index: { kind: 'btree1' }, edgesUnfiltered: false }
}

function readChunked4(reader: Hdf5Reader, cursor: Cursor): Layout {
  const flags = cursor.uint8()
  const rank = readRank(cursor)
  const width = cursor.uint8()
  if (width < 1 || width > 8)
    throw cursor.error('HDF5 chunk dimension', { expected: '1 to 8 bytes', got: `${width}` })
  const chunkShape = readSizes(cursor, rank - 1, width)
  cursor.advance(width)
  const kind = cursor.uint8()
  let index: ChunkIndex
  switch (kind) {
    case indexKinds.single:
      index =
        flags & 2
          ? { kind: 'single', byteLength: reader.length(cursor), skipped: cursor.uint32() }
          : { kind: 'single', byteLength: undefined, skipped: 0 }
      break
    case indexKinds.implicit:
      index = { kind: 'implicit' }
      break
    case indexKinds.fixedArray:
      cursor.advance(1)
      index = { kind: 'fixedArray' }
      break
    case indexKinds.extensibleArray:
      cursor.advance(5)
      index = { kind: 'extensibleArray' }
      break
    case indexKinds.btree2:
      cursor.advance(6)
      index = { kind: 'btree2' }
      break
    default:
      throw cursor.error('HDF5 chunk index', { expected: '1 to 5', got: `${kind}` })
  }
  return {
    kind: 'chunked',
    address: reader.address(cursor),
    chunkShape,
    index,
    edgesUnfiltered: (flags & 1) !== 0,
  }
}

function readRank(cursor: Cursor): number {
  const rank = cursor.uint8()
  if (rank < 1 || rank > maximumRank)
    throw cursor.error('rank of an HDF5 layout', {
      expected: `1 to ${maximumRank}`,
      got: `${rank}`,
    })
  return rank
}

function readSizes(cursor: Cursor, count: number, width: number): number[] {
  const sizes: number[] = []
  for (let i = 0; i < count; i++) sizes.push(cursor.uint(width))
  return sizes
}
