import { UnsupportedError } from '@dotplus/core'
import type { Cursor } from '../cursor.ts'
import { btree1Entries, groupNodes } from './btree1.ts'
import { btree2Records } from './btree2.ts'
import { FractalHeap } from './fractal-heap.ts'
import { findMessage, messageType, type HeaderMessage } from './object-header.ts'
import { expectSignature, type Hdf5Reader } from './reader.ts'

/** Where a name of a group leads: an object header's address, or a soft or external link. */
export type LinkTarget = { readonly address: number } | { readonly elsewhere: 'soft' | 'external' }

const softLinkCache = 2
const symbolEntryPadding = 16

/** The members of a group by name, whichever way the group stores them. */
export async function readLinks(
  reader: Hdf5Reader,
  messages: readonly HeaderMessage[],
): Promise<Map<string, LinkTarget>> {
  const links = new Map<string, LinkTarget>()
  const add = (name: string, target: LinkTarget): void => {
    if (links.has(name))
      throw reader.error('two members of the same name in an HDF5 group', { place: name })
    links.set(name, target)
  }
  for (const message of messages) {
    if (message.type === messageType.link) readLink(reader, message.body, add)
  }
  const table = findMessage(messages, messageType.symbolTable)
  if (table) await readSymbolTable(reader, table.body, add)
  const info = findMessage(messages, messageType.linkInfo)
  if (info) await readDenseLinks(reader, info.body, add)
  return links
}

/** True when the object is a group. */
export function isGroup(messages: readonly HeaderMessage[]): boolean {
  return messages.some(
    ({ type }) =>
      type === messageType.symbolTable ||
      type === messageType.linkInfo ||
      type === messageType.link,
  )
}

type Add = (name: string, target: LinkTarget) => void

async function readSymbolTable(reader: Hdf5Reader, body: Cursor, add: Add): Promise<void> {
  const tree = reader.requiredAddress(body, 'a group')
  const heapAddress = reader.requiredAddress(body, 'a group')
  const heap = await reader.block(
    heapAddress,
    8 + 2 * reader.lengthSize + reader.offsetSize,
    'an HDF5 local heap',
  )
  expectSignature(heap, 'HEAP')
  heap.advance(4)
  const heapSize = reader.length(heap)
  heap.advance(reader.lengthSize)
  const names = await reader.block(
    reader.requiredAddress(heap, 'a local heap'),
    heapSize,
    'an HDF5 local heap',
  )

  const entrySize = 2 * reader.offsetSize + 8 + symbolEntryPadding
  for await (const { address } of btree1Entries(reader, tree, groupNodes, reader.lengthSize)) {
    const what = 'an HDF5 symbol table'
    const head = await reader.block(address, 8, what)
    expectSignature(head, 'SNOD')
    head.advance(2)
    const count = head.uint16()
    const entries = await reader.block(address + 8, count * entrySize, what)
    for (let i = 0; i < count; i++) {
      const nameOffset = entries.uint(reader.offsetSize)
      const target = reader.address(entries)
      const cacheType = entries.uint32()
      entries.advance(4 + symbolEntryPadding)
      if (nameOffset > names.bytes.byteLength)
        throw entries.error(`${what} is damaged`, { got: `a name at ${nameOffset}` })
      names.position = nameOffset
      const name = new TextDecoder().decode(names.takeUntil(0))
      if (cacheType === softLinkCache || target === undefined) add(name, { elsewhere: 'soft' })
      else add(name, { address: target })
    }
  }
}

async function readDenseLinks(reader: Hdf5Reader, body: Cursor, add: Add): Promise<void> {
  body.position = 0
  body.advance(1)
  const flags = body.uint8()
  if (flags & 1) body.advance(8)
  const heapAddress = reader.address(body)
  const indexAddress = reader.address(body)
  if (heapAddress === undefined || indexAddress === undefined) return
  const heap = await FractalHeap.open(reader, heapAddress)
  for await (const record of btree2Records(reader, indexAddress)) {
    record.advance(4)
    readLink(reader, await heap.object(record), add)
  }
}

const linkType = { hard: 0, soft: 1, external: 64 } as const

function readLink(reader: Hdf5Reader, cursor: Cursor, add: Add): void {
  cursor.advance(1)
  const flags = cursor.uint8()
  const type = flags & 8 ? cursor.uint8() : linkType.hard
  if (flags & 4) cursor.advance(8)
  if (flags & 16) cursor.advance(1)
  const name = new TextDecoder().decode(cursor.take(cursor.uint(1 << (flags & 3))))
  if (type === linkType.hard) add(name, { address: reader.requiredAddress(cursor, 'a link') })
  else add(name, { elsewhere: type === linkType.external ? 'external' : 'soft' })
}

/** @throws {UnsupportedError} for links that leave the group or the file */
export function addressOfLink(reader: Hdf5Reader, target: LinkTarget, path: string): number {
  if ('address' in target) return target.address
  throw new UnsupportedError(`${target.elsewhere} link in an HDF5 file`, {
    file: reader.source.name,
    place: path,
    hint: 'Keras writes none; save the model again',
  })
}
