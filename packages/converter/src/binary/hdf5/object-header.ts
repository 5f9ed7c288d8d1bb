import type { Cursor } from '../cursor.ts'
import { expectSignature, Visited, type Hdf5Reader } from './reader.ts'

/** Kinds of header messages this reader understands; others are skipped. */
export const messageType = {
  dataspace: 0x0001,
  linkInfo: 0x0002,
  datatype: 0x0003,
  fillValueOld: 0x0004,
  fillValue: 0x0005,
  link: 0x0006,
  externalFiles: 0x0007,
  layout: 0x0008,
  filterPipeline: 0x000b,
  attribute: 0x000c,
  continuation: 0x0010,
  symbolTable: 0x0011,
  attributeInfo: 0x0015,
} as const

/** One message of an object header, its body ready to be read. */
export interface HeaderMessage {
  readonly type: number
  /** The body is a reference to a message stored elsewhere. */
  readonly shared: boolean
  readonly body: Cursor
}

const mostMessages = 1 << 17

/**
 * All messages of the object at `address`, following continuation blocks.
 *
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html (section IV.A)
 */
export async function readObjectHeader(
  reader: Hdf5Reader,
  address: number,
): Promise<HeaderMessage[]> {
  const what = 'an HDF5 object header'
  const start = await reader.block(address, Math.min(16, reader.available(address)), what)
  const isVersion2 = start.bytes[0] === 0x4f // "O" of OHDR
  const messages: HeaderMessage[] = []
  const pending: { address: number; length: number }[] = []
  const visited = new Visited(reader, what)
  visited.enter(address)

  const collect = (
    cursor: Cursor,
    readMessage: (cursor: Cursor) => HeaderMessage | undefined,
  ): void => {
    for (;;) {
      const message = readMessage(cursor)
      if (!message) return
      if (message.type === messageType.continuation) {
        pending.push({
          address: reader.requiredAddress(message.body, 'a continuation'),
          length: reader.length(message.body),
        })
      } else {
        messages.push(message)
      }
      if (messages.length > mostMessages)
        throw reader.error('too many messages in an HDF5 object header', {
          place: `byte ${address}`,
        })
    }
  }

  if (isVersion2) {
    const { block, hasOrder } = await openVersion2(reader, address)
    const read = (cursor: Cursor): HeaderMessage | undefined => readMessage2(cursor, hasOrder)
    collect(block, read)
    for (let next = pending.shift(); next; next = pending.shift()) {
      visited.enter(next.address)
      const cursor = await reader.block(next.address, next.length, what)
      expectSignature(cursor, 'OCHK')
      collect(withoutChecksum(cursor), read)
    }
  } else {
    const version = start.uint8()
    if (version !== 1)
      throw start.error('HDF5 object header version', { expected: '1 or 2', got: `${version}` })
    start.advance(7)
    collect(await reader.block(address + 16, start.uint32(), what), readMessage1)
    for (let next = pending.shift(); next; next = pending.shift()) {
      visited.enter(next.address)
      collect(await reader.block(next.address, next.length, what), readMessage1)
    }
  }
  return messages
}

function readMessage1(cursor: Cursor): HeaderMessage | undefined {
  if (cursor.remaining < 8) return undefined
  const type = cursor.uint16()
  const size = cursor.uint16()
  const flags = cursor.uint8()
  cursor.advance(3)
  return { type, shared: (flags & 2) !== 0, body: body(cursor, size) }
}

async function openVersion2(
  reader: Hdf5Reader,
  address: number,
): Promise<{ block: Cursor; hasOrder: boolean }> {
  const what = 'an HDF5 object header'
  const head = await reader.block(address, Math.min(34, reader.available(address)), what)
  expectSignature(head, 'OHDR')
  const version = head.uint8()
  if (version !== 2)
    throw head.error('HDF5 object header version', { expected: '1 or 2', got: `${version}` })
  const flags = head.uint8()
  if (flags & 0x20) head.advance(16)
  if (flags & 0x10) head.advance(4)
  const length = head.uint(1 << (flags & 3))
  const block = await reader.block(address + head.position, length, what)
  return { block, hasOrder: (flags & 4) !== 0 }
}

function readMessage2(cursor: Cursor, hasOrder: boolean): HeaderMessage | undefined {
  // Less than a message head is a gap.
  if (cursor.remaining < (hasOrder ? 6 : 4)) return undefined
  const type = cursor.uint8()
  const size = cursor.uint16()
  const flags = cursor.uint8()
  if (hasOrder) cursor.advance(2)
  return { type, shared: (flags & 2) !== 0, body: body(cursor, size) }
}

/** The rest of a block without the four bytes of checksum at its end. */
function withoutChecksum(cursor: Cursor): Cursor {
  return body(cursor, Math.max(0, cursor.remaining - 4))
}

function body(cursor: Cursor, size: number): Cursor {
  const offset = cursor.origin.offset + cursor.position
  return cursor.sub(size, { ...cursor.origin, what: 'an HDF5 header message', offset })
}

/** The first message of a type. */
export function findMessage(
  messages: readonly HeaderMessage[],
  type: number,
): HeaderMessage | undefined {
  return messages.find((message) => message.type === type)
}
