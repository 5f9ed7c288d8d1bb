import { UnsupportedError } from '@dotplus/core'
import type { LazyArray, NdArray } from '../../array.ts'
import { readDataspace } from './dataspace.ts'
import { readDatatype, type Hdf5Type } from './datatype.ts'
import { readElements } from './dataset-elements.ts'
import { decodeHdf5Elements, describeType, dtypeOf } from './elements.ts'
import { readFilters } from './filters.ts'
import type { GlobalHeap } from './global-heap.ts'
import { readLayout } from './layout.ts'
import { findMessage, messageType, type HeaderMessage } from './object-header.ts'
import type { Hdf5Reader } from './reader.ts'
import { readSharedDatatype } from './shared-datatype.ts'

/** A dataset: shape and dtype are known, the elements are read when asked for. */
export interface Hdf5Dataset extends LazyArray {
  readonly kind: 'dataset'
  readonly path: string
  readonly attributes: ReadonlyMap<string, NdArray>
}

/** True when the object is a dataset. */
export function isDataset(messages: readonly HeaderMessage[]): boolean {
  return findMessage(messages, messageType.layout) !== undefined
}

/**
 * Opens a dataset.
 *
 * @throws {UnsupportedError} for datatypes no weight can have, and for data in other files
 */
export async function openDataset(
  reader: Hdf5Reader,
  heap: GlobalHeap,
  messages: readonly HeaderMessage[],
  attributes: ReadonlyMap<string, NdArray>,
  path: string,
): Promise<Hdf5Dataset> {
  const require = (type: number, name: string): HeaderMessage => {
    const message = findMessage(messages, type)
    if (message) return message
    throw reader.error(`HDF5 dataset without ${name}`, { place: path })
  }
  if (findMessage(messages, messageType.externalFiles)) {
    throw new UnsupportedError('HDF5 dataset in another file', {
      file: reader.source.name,
      place: path,
    })
  }
  const typeMessage = require(messageType.datatype, 'datatype')
  const type = typeMessage.shared
    ? await readSharedDatatype(reader, typeMessage.body)
    : readDatatype(typeMessage.body)
  const shape = readDataspace(reader, require(messageType.dataspace, 'dataspace').body)
  const layout = readLayout(reader, require(messageType.layout, 'layout').body)
  const pipeline = findMessage(messages, messageType.filterPipeline)
  const filters = pipeline ? readFilters(pipeline.body) : []
  const dtype = dtypeOf(type, attributes.get('dtype')?.strings?.[0])
  if (dtype === undefined) rejectType(reader, type, path)
  return {
    kind: 'dataset',
    path,
    dtype,
    shape,
    attributes,
    read: async () => {
      const raw = await readElements(reader, {
        path,
        type,
        shape,
        layout,
        filters,
        fill: readFill(messages),
      })
      return decodeHdf5Elements(reader, heap, type, dtype, shape, raw, path)
    },
  }
}

function rejectType(reader: Hdf5Reader, type: Hdf5Type, place: string): never {
  throw new UnsupportedError('HDF5 datatype', {
    file: reader.source.name,
    place,
    expected: 'floats of 16, 32 or 64 bits, bfloat16, integers, bool or strings',
    got: describeType(type),
  })
}

/** The bytes of one element that was never written; undefined for zero. */
function readFill(messages: readonly HeaderMessage[]): Uint8Array | undefined {
  const message = findMessage(messages, messageType.fillValue)
  if (!message) return undefined
  const cursor = message.body
  cursor.position = 0
  const version = cursor.uint8()
  if (version === 3) {
    const flags = cursor.uint8()
    return flags & 0x20 ? cursor.take(cursor.uint32()) : undefined
  }
  cursor.advance(2)
  const isDefined = cursor.uint8()
  if (version === 2 && isDefined === 0) return undefined
  return cursor.take(cursor.uint32())
}
