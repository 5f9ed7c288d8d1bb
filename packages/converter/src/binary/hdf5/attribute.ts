import { elementCount } from '@dotplus/core'
import type { NdArray } from '../../array.ts'
import type { Cursor } from '../cursor.ts'
import { btree2Records } from './btree2.ts'
import { readDataspace } from './dataspace.ts'
import { readDatatype, type Hdf5Type } from './datatype.ts'
import { decodeHdf5Elements, dtypeOf } from './elements.ts'
import { FractalHeap } from './fractal-heap.ts'
import type { GlobalHeap } from './global-heap.ts'
import { findMessage, messageType, type HeaderMessage } from './object-header.ts'
import type { Hdf5Reader } from './reader.ts'
import { readSharedDatatype } from './shared-datatype.ts'

const mostAttributes = 1 << 16

/** Every attribute of an object by name, its value as an array. */
export async function readAttributes(
  reader: Hdf5Reader,
  heap: GlobalHeap,
  messages: readonly HeaderMessage[],
  path: string,
): Promise<Map<string, NdArray>> {
  const attributes = new Map<string, NdArray>()
  const add = async (cursor: Cursor): Promise<void> => {
    const { name, type, shape, raw } = await parseAttribute(reader, cursor)
    const place = `${path} attribute ${name}`
    const dtype = dtypeOf(type, undefined)
    // An attribute of an exotic type, such as a reference, says nothing about weights.
    if (dtype !== undefined)
      attributes.set(name, await decodeHdf5Elements(reader, heap, type, dtype, shape, raw, place))
  }
  for (const message of messages) {
    if (message.type === messageType.attribute && !message.shared) await add(restart(message.body))
  }
  const info = findMessage(messages, messageType.attributeInfo)
  if (info) await addDense(reader, restart(info.body), add)
  return attributes
}

/** Message bodies are read more than once: by every caller from the start. */
function restart(cursor: Cursor): Cursor {
  cursor.position = 0
  return cursor
}

async function addDense(
  reader: Hdf5Reader,
  cursor: Cursor,
  add: (cursor: Cursor) => Promise<void>,
): Promise<void> {
  cursor.advance(1)
  const flags = cursor.uint8()
  if (flags & 1) cursor.advance(2)
  const heapAddress = reader.address(cursor)
  const indexAddress = reader.address(cursor)
  if (heapAddress === undefined || indexAddress === undefined) return
  const heap = await FractalHeap.open(reader, heapAddress)
  let count = 0
  for await (const record of btree2Records(reader, indexAddress)) {
    if (++count > mostAttributes) throw record.error('too many attributes on an HDF5 object')
    await add(await heap.object(record.sub(8)))
  }
}

interface ParsedAttribute {
  readonly name: string
  readonly type: Hdf5Type
  readonly shape: number[]
  readonly raw: Uint8Array
}

async function parseAttribute(reader: Hdf5Reader, cursor: Cursor): Promise<ParsedAttribute> {
  const version = cursor.uint8()
  if (version < 1 || version > 3)
    throw cursor.error('HDF5 attribute version', { expected: '1 to 3', got: `${version}` })
  const flags = cursor.uint8()
  const nameSize = cursor.uint16()
  const typeSize = cursor.uint16()
  const spaceSize = cursor.uint16()
  if (version === 3) cursor.advance(1)
  // Version 1 pads each part to eight bytes.
  const part = (size: number): Cursor => {
    const bytes = cursor.sub(size)
    if (version === 1) cursor.advance(Math.min(cursor.remaining, (8 - (size % 8)) % 8))
    return bytes
  }
  const name = new TextDecoder().decode(part(nameSize).bytes).replace(/\0.*$/s, '')
  const typeBody = part(typeSize)
  const shape = readDataspace(reader, part(spaceSize))
  const sharedType = version > 1 && (flags & 1) !== 0
  const type = sharedType ? await readSharedDatatype(reader, typeBody) : readDatatype(typeBody)
  const raw = cursor.take(elementCount(shape) * type.width)
  return { name, type, shape, raw }
}
