import { UnsupportedError } from '@dotplus/core'
import type { Cursor } from '../cursor.ts'
import { readDatatype, type Hdf5Type } from './datatype.ts'
import { findMessage, messageType, readObjectHeader } from './object-header.ts'
import type { Hdf5Reader } from './reader.ts'

const inSharedHeap = 1

/** Reads a datatype committed as an object of its own, given the reference to it. */
export async function readSharedDatatype(reader: Hdf5Reader, reference: Cursor): Promise<Hdf5Type> {
  const version = reference.uint8()
  const kind = reference.uint8()
  if (version === 1) reference.advance(6)
  if (version === 3 && kind === inSharedHeap) {
    throw new UnsupportedError('HDF5 datatype in a shared message heap', {
      file: reader.source.name,
    })
  }
  const address = reader.requiredAddress(reference, 'a committed datatype')
  const message = findMessage(await readObjectHeader(reader, address), messageType.datatype)
  if (!message || message.shared) throw reference.error('a committed HDF5 datatype is missing')
  return readDatatype(message.body)
}
