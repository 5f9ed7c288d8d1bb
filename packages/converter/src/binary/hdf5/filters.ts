import { UnsupportedError } from '@dotplus/core'
import { unzlibSync } from 'fflate'
import type { Cursor } from '../cursor.ts'
import type { Hdf5Reader } from './reader.ts'

/** One step of a dataset's filter pipeline. */
export interface Filter {
  readonly id: number
  readonly values: readonly number[]
}

const filterIds = { deflate: 1, shuffle: 2, fletcher32: 3 } as const
const filterNames: Readonly<Record<number, string>> = {
  4: 'szip',
  5: 'n-bit',
  6: 'scale-offset',
  32000: 'lzf',
  32001: 'blosc',
  32004: 'lz4',
  32013: 'zfp',
  32015: 'zstd',
}
const mostFilters = 32
const firstNamedFilter = 256

/** Reads a filter pipeline message. */
export function readFilters(cursor: Cursor): Filter[] {
  const version = cursor.uint8()
  if (version !== 1 && version !== 2)
    throw cursor.error('HDF5 filter pipeline version', { expected: '1 or 2', got: `${version}` })
  const count = cursor.uint8()
  if (count > mostFilters)
    throw cursor.error('too many HDF5 filters', {
      expected: `at most ${mostFilters}`,
      got: `${count}`,
    })
  if (version === 1) cursor.advance(6)
  const filters: Filter[] = []
  for (let i = 0; i < count; i++) {
    const id = cursor.uint16()
    const nameLength = version === 1 || id >= firstNamedFilter ? cursor.uint16() : 0
    cursor.advance(2)
    const valueCount = cursor.uint16()
    cursor.advance(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength)
    const values: number[] = []
    for (let v = 0; v < valueCount; v++) values.push(cursor.uint32())
    if (version === 1 && valueCount % 2 === 1) cursor.advance(4)
    filters.push({ id, values })
  }
  return filters
}

/**
 * Undoes a pipeline, last filter first.
 *
 * @param skipped bit i set: filter i was not applied to this chunk
 * @param expected bytes of the chunk when all filters are undone
 */
export function undoFilters(
  reader: Hdf5Reader,
  filters: readonly Filter[],
  skipped: number,
  chunk: Uint8Array,
  expected: number,
  place: string,
): Uint8Array {
  let bytes = chunk
  for (let i = filters.length - 1; i >= 0; i--) {
    const filter = filters[i] as Filter
    if ((skipped >>> i) & 1) continue
    switch (filter.id) {
      case filterIds.deflate:
        // A checksum applied before compression is still to come off.
        bytes = inflate(reader, bytes, expected + 4, place)
        break
      case filterIds.shuffle:
        bytes = unshuffle(bytes, filter.values[0] ?? 1)
        break
      case filterIds.fletcher32:
        bytes = verifyFletcher32(reader, bytes, place)
        break
      default:
        throw new UnsupportedError('HDF5 compression', {
          file: reader.source.name,
          place,
          expected: 'gzip, shuffle or fletcher32',
          got: filterNames[filter.id] ?? `filter ${filter.id}`,
        })
    }
  }
  if (bytes.byteLength !== expected) {
    throw reader.error('size of a decompressed HDF5 chunk', {
      place,
      expected: `${expected}`,
      got: `${bytes.byteLength}`,
    })
  }
  return bytes
}

function inflate(reader: Hdf5Reader, bytes: Uint8Array, limit: number, place: string): Uint8Array {
  try {
    // `out` bounds the result: a chunk that expands further is cut and fails the size check.
    return unzlibSync(bytes, { out: new Uint8Array(limit) })
  } catch (error) {
    throw reader.error('compressed HDF5 chunk is damaged', { place, cause: error })
  }
}

/** Shuffle stores all first bytes, then all second bytes, …; a rest shorter than one element stays as it is. */
function unshuffle(bytes: Uint8Array, width: number): Uint8Array {
  const count = Math.floor(bytes.byteLength / width)
  if (width <= 1 || count <= 1) return bytes
  const plain = new Uint8Array(bytes.byteLength)
  for (let i = 0; i < width; i++) {
    for (
      let element = 0, source = i * count, target = i;
      element < count;
      element++, target += width
    ) {
      plain[target] = bytes[source + element] as number
    }
  }
  plain.set(bytes.subarray(count * width), count * width)
  return plain
}

/** Fletcher's checksum over 16-bit big-endian words, stored little-endian after the data. */
function verifyFletcher32(reader: Hdf5Reader, bytes: Uint8Array, place: string): Uint8Array {
  if (bytes.byteLength < 4) throw reader.error('HDF5 chunk without its checksum', { place })
  const data = bytes.subarray(0, bytes.byteLength - 4)
  let low = 0
  let high = 0
  for (let i = 0; i < data.byteLength; i += 2) {
    low = (low + (((data[i] as number) << 8) | (data[i + 1] ?? 0))) % 65535
    high = (high + low) % 65535
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + data.byteLength, 4)
  const stored = view.getUint32(0, true)
  // Sums may be kept as 0 or 65535, which are the same modulo 65535.
  if ((stored & 0xffff) % 65535 !== low || (stored >>> 16) % 65535 !== high) {
    throw reader.error('checksum of an HDF5 chunk differs', { place })
  }
  return data
}
