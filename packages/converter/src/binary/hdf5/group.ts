import type { NdArray } from '../../array.ts'
import { readAttributes } from './attribute.ts'
import { isDataset, openDataset, type Hdf5Dataset } from './dataset.ts'
import type { GlobalHeap } from './global-heap.ts'
import { addressOfLink, isGroup, readLinks, type LinkTarget } from './links.ts'
import { readObjectHeader } from './object-header.ts'
import type { Hdf5Reader } from './reader.ts'

/** A group: its members are opened when asked for. */
export interface Hdf5Group {
  readonly kind: 'group'
  /** Names from the root, joined by "/"; empty for the root itself. */
  readonly path: string
  readonly attributes: ReadonlyMap<string, NdArray>
  /** Names of the members, sorted as text. */
  readonly names: readonly string[]
  has(name: string): boolean
  /** A member of this group, or undefined when there is none of this name. */
  open(name: string): Promise<Hdf5Group | Hdf5Dataset | undefined>
}

export type Hdf5Object = Hdf5Group | Hdf5Dataset

/**
 * Opens the object whose header is at `address`.
 *
 * @throws {FormatError} when it is neither group nor dataset
 */
export async function openObject(
  reader: Hdf5Reader,
  heap: GlobalHeap,
  address: number,
  path: string,
): Promise<Hdf5Object> {
  const messages = await readObjectHeader(reader, address)
  const attributes = await readAttributes(reader, heap, messages, path)
  if (isDataset(messages)) return openDataset(reader, heap, messages, attributes, path)
  if (!isGroup(messages)) {
    throw reader.error('HDF5 object of an unknown kind', {
      place: path || '/',
      expected: 'a group or a dataset',
    })
  }
  const links: ReadonlyMap<string, LinkTarget> = await readLinks(reader, messages)
  const opened = new Map<string, Promise<Hdf5Object>>()
  return {
    kind: 'group',
    path,
    attributes,
    names: [...links.keys()].toSorted((a, b) => (a < b ? -1 : 1)),
    has: (name) => links.has(name),
    open: async (name) => {
      const target = links.get(name)
      if (!target) return undefined
      const inner = path ? `${path}/${name}` : name
      let object = opened.get(name)
      if (!object) {
        object = openObject(reader, heap, addressOfLink(reader, target, inner), inner)
        opened.set(name, object)
      }
      return object
    },
  }
}

/** A group below `group`, or undefined when there is none or it is a dataset. */
export async function openGroup(group: Hdf5Group, name: string): Promise<Hdf5Group | undefined> {
  const member = await group.open(name)
  return member?.kind === 'group' ? member : undefined
}

/**
 * The object at a path of names joined by "/", or undefined.
 */
export async function openPath(group: Hdf5Group, path: string): Promise<Hdf5Object | undefined> {
  let object: Hdf5Object | undefined = group
  for (const name of path.split('/')) {
    if (name === '') continue
    if (object?.kind !== 'group') return undefined
    object = await object.open(name)
  }
  return object
}
