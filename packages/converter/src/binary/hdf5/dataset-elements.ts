import { elementCount } from '@dotplus/core'
import { storedChunks } from './chunks.ts'
import type { Hdf5Type } from './datatype.ts'
import { undoFilters, type Filter } from './filters.ts'
import type { Layout } from './layout.ts'
import type { Hdf5Reader } from './reader.ts'

/** What reading a dataset's elements takes. */
export interface StoredElements {
  readonly path: string
  readonly type: Hdf5Type
  readonly shape: readonly number[]
  readonly layout: Layout
  readonly filters: readonly Filter[]
  readonly fill: Uint8Array | undefined
}

/** All elements as they are stored: product(shape) * width bytes. */
export async function readElements(
  reader: Hdf5Reader,
  stored: StoredElements,
): Promise<Uint8Array> {
  const { layout, path } = stored
  const byteLength = elementCount(stored.shape) * stored.type.width
  if (!Number.isSafeInteger(byteLength))
    throw reader.error('the dataset is too large', { place: path })
  const mismatch = (got: number): Error =>
    reader.error('bytes of an HDF5 dataset', {
      place: path,
      expected: `${byteLength}`,
      got: `${got}`,
    })
  switch (layout.kind) {
    case 'compact':
      if (layout.data.byteLength !== byteLength) throw mismatch(layout.data.byteLength)
      return layout.data
    case 'contiguous': {
      if (byteLength === 0) return new Uint8Array(0)
      if (layout.address === undefined) return filled(reader, stored, byteLength)
      if (layout.byteLength !== undefined && layout.byteLength !== byteLength)
        throw mismatch(layout.byteLength)
      const bytes = await reader.data(layout.address, byteLength, `dataset ${path}`)
      reader.budget.take(byteLength, path)
      return bytes
    }
    default:
      return readChunks(reader, stored, layout, byteLength)
  }
}

function filled(
  reader: Hdf5Reader,
  { fill, type, path }: StoredElements,
  byteLength: number,
): Uint8Array {
  reader.budget.take(byteLength, path)
  const bytes = new Uint8Array(byteLength)
  if (fill && fill.byteLength === type.width && fill.some((byte) => byte !== 0)) {
    for (let at = 0; at < byteLength; at += type.width) bytes.set(fill, at)
  }
  return bytes
}

async function readChunks(
  reader: Hdf5Reader,
  stored: StoredElements,
  layout: Extract<Layout, { kind: 'chunked' }>,
  byteLength: number,
): Promise<Uint8Array> {
  const { shape, type, filters, path } = stored
  const { chunkShape } = layout
  const chunkLength = elementCount(chunkShape) * type.width
  if (
    chunkShape.length !== shape.length ||
    chunkShape.some((size) => size === 0) ||
    !Number.isSafeInteger(chunkLength)
  ) {
    throw reader.error('chunk shape of an HDF5 dataset', {
      place: path,
      expected: `${shape.length} dimensions above 0`,
      got: `(${chunkShape.join(', ')})`,
    })
  }
  const target = filled(reader, stored, byteLength)
  if (byteLength === 0) return target
  const grid = shape.map((size, axis) => Math.ceil(size / (chunkShape[axis] as number)))
  const seen = new Set<string>()
  for await (const chunk of storedChunks(reader, layout, grid, chunkLength, filters.length > 0)) {
    const { position } = chunk
    const key = position.join()
    const inside = position.every((at, axis) => Number.isInteger(at) && at < (grid[axis] as number))
    // Chunks beyond the shape remain when a dataset was made smaller.
    if (!inside) continue
    if (seen.has(key))
      throw reader.error('two chunks at the same place of an HDF5 dataset', {
        place: `${path} (${key})`,
      })
    seen.add(key)
    reader.budget.take(chunkLength, path)
    const raw = await reader.data(chunk.address, chunk.byteLength, `a chunk of ${path}`)
    const overEdge = position.some(
      (at, axis) => (at + 1) * (chunkShape[axis] as number) > (shape[axis] as number),
    )
    const pipeline = layout.edgesUnfiltered && overEdge ? [] : filters
    const bytes = undoFilters(reader, pipeline, chunk.skipped, raw, chunkLength, path)
    copyChunk(bytes, chunkShape, position, target, shape, type.width)
  }
  return target
}

/** Copies the part of a chunk that lies inside the dataset, one run of the last dimension at a time. */
function copyChunk(
  chunk: Uint8Array,
  chunkShape: readonly number[],
  position: readonly number[],
  target: Uint8Array,
  shape: readonly number[],
  width: number,
): void {
  const last = shape.length - 1
  const start = position.map((at, axis) => at * (chunkShape[axis] as number))
  const counts = start.map((at, axis) =>
    Math.min(chunkShape[axis] as number, (shape[axis] as number) - at),
  )
  const chunkStrides = stridesOf(chunkShape, width)
  const targetStrides = stridesOf(shape, width)
  const copy = (axis: number, from: number, to: number): void => {
    if (axis >= last) {
      const length = (counts[axis] ?? 1) * width
      target.set(chunk.subarray(from, from + length), to)
      return
    }
    for (let i = 0; i < (counts[axis] as number); i++) {
      copy(
        axis + 1,
        from + i * (chunkStrides[axis] as number),
        to + i * (targetStrides[axis] as number),
      )
    }
  }
  copy(
    0,
    0,
    start.reduce((sum, at, axis) => sum + at * (targetStrides[axis] as number), 0),
  )
}

/** Bytes between neighbours along each axis. */
function stridesOf(shape: readonly number[], width: number): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)) * width)
}
