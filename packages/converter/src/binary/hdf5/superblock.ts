import { FormatError } from '@dotplus/core'
import { readRange, type Source } from '../../source.ts'
import { Cursor } from '../cursor.ts'
import { Hdf5Reader } from './reader.ts'

/** "\x89HDF\r\n\x1a\n" */
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
const longestSuperblock = 160

/** True when `bytes` begin as an HDF5 file without user block does. */
export function isHdf5(bytes: Uint8Array): boolean {
  return signature.every((byte, index) => bytes[index] === byte)
}

/**
 * Finds the superblock, at byte 0 or after a user block of 512, 1024, … bytes, and the root group's address.
 *
 * @throws {FormatError} when there is none, or the file is shorter than the superblock says
 */
export async function openSuperblock(
  source: Source,
): Promise<{ reader: Hdf5Reader; root: number }> {
  for (
    let start = 0;
    start + signature.length <= source.byteLength;
    start = start === 0 ? 512 : start * 2
  ) {
    const end = Math.min(source.byteLength, start + longestSuperblock)
    const bytes = await readRange(source, start, end, 'the HDF5 superblock')
    if (isHdf5(bytes)) {
      return readSuperblock(
        source,
        new Cursor(bytes, { file: source.name, what: 'the HDF5 superblock', offset: start }),
        start,
      )
    }
  }
  const head = await readRange(source, 0, Math.min(8, source.byteLength), 'the file')
  throw new FormatError('not an HDF5 file', {
    file: source.name,
    place: 'byte 0',
    expected: '\\x89HDF\\r\\n\\x1a\\n',
    got:
      head.byteLength === 0
        ? 'an empty file'
        : JSON.stringify(new TextDecoder('latin1').decode(head)),
  })
}

function readSuperblock(
  source: Source,
  cursor: Cursor,
  start: number,
): { reader: Hdf5Reader; root: number } {
  cursor.advance(signature.length)
  const version = cursor.uint8()
  if (version > 3)
    throw cursor.error('HDF5 superblock version', { expected: 'at most 3', got: `${version}` })
  if (version < 2) cursor.advance(4)
  const offsetSize = cursor.uint8()
  const lengthSize = cursor.uint8()
  if (![2, 4, 8].includes(offsetSize) || ![2, 4, 8].includes(lengthSize)) {
    throw cursor.error('width of HDF5 addresses', {
      expected: '2, 4 or 8 bytes',
      got: `${offsetSize} and ${lengthSize}`,
    })
  }
  if (version < 2) {
    cursor.advance(1 + 2 + 2 + 4)
    if (version === 1) cursor.advance(4)
  } else {
    cursor.advance(1)
  }
  const base = cursor.uint(offsetSize)
  // The base address is that of the superblock itself; files copied behind a user block may still say 0.
  const reader = new Hdf5Reader(source, offsetSize, lengthSize, start > 0 ? start : base)
  cursor.advance(offsetSize)
  const endOfFile = reader.address(cursor)
  if (endOfFile !== undefined && endOfFile - base + reader.baseAddress > source.byteLength) {
    throw new FormatError('the HDF5 file is cut off', {
      file: source.name,
      expected: `${endOfFile - base + reader.baseAddress} bytes`,
      got: `${source.byteLength}`,
    })
  }
  // Before version 2 the root is a symbol table entry whose second field is the address.
  if (version < 2) cursor.advance(offsetSize * 2)
  return { reader, root: reader.requiredAddress(cursor, 'the root group') }
}
