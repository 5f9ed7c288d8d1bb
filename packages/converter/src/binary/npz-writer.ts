import { UsageError } from '@dotplus/core'
import type { NdArray } from '../array.ts'
import { concatenate } from './concatenate.ts'
import { crc32 } from './crc32.ts'
import { writeNpy } from './npy-writer.ts'

/** 1980-01-01, zip's earliest date: the same arrays give the same bytes at any time. */
const dosDate = 0x0021
const utf8Flag = 1 << 11
const version = 20

/**
 * A `.npz` file as `np.savez` lays it out: `.npy` 1.0 entries, not compressed, in the order given.
 *
 * @throws {UsageError} when the file would need zip64 (4 GiB, or 65,535 arrays)
 */
export function writeNpz(arrays: Iterable<readonly [string, NdArray]>): Uint8Array {
  const pieces: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const [name, array] of arrays) {
    const rawName = new TextEncoder().encode(`${name}.npy`)
    const data = writeNpy(array)
    const shared = sharedFields(crc32(data), data.byteLength, rawName.byteLength)
    pieces.push(record(0x04034b50, [version], shared, [], rawName), data)
    directory.push(
      record(
        0x02014b50,
        [version, version],
        shared,
        [0, 0, 0, 0, 0, offset & 0xffff, offset >>> 16],
        rawName,
      ),
    )
    offset += 30 + rawName.byteLength + data.byteLength
    if (offset > 0xfffffffe || directory.length > 0xfffe) {
      throw new UsageError('too much for one .npz file', {
        expected: 'less than 4 GiB and 65,535 arrays',
      })
    }
  }
  const directoryLength = directory.reduce((sum, entry) => sum + entry.byteLength, 0)
  const end = new Uint8Array(22)
  const view = new DataView(end.buffer)
  view.setUint32(0, 0x06054b50, true)
  view.setUint16(8, directory.length, true)
  view.setUint16(10, directory.length, true)
  view.setUint32(12, directoryLength, true)
  view.setUint32(16, offset, true)
  return concatenate([...pieces, ...directory, end])
}

/** Flags to extra-field length: the run that local header and directory entry have in common, as 16-bit words. */
function sharedFields(crc: number, size: number, nameLength: number): number[] {
  return [
    utf8Flag,
    0,
    0,
    dosDate,
    crc & 0xffff,
    crc >>> 16,
    size & 0xffff,
    size >>> 16,
    size & 0xffff,
    size >>> 16,
    nameLength,
    0,
  ]
}

function record(
  signature: number,
  head: number[],
  shared: number[],
  tail: number[],
  name: Uint8Array,
): Uint8Array {
  const words = [signature & 0xffff, signature >>> 16, ...head, ...shared, ...tail]
  const bytes = new Uint8Array(words.length * 2 + name.byteLength)
  const view = new DataView(bytes.buffer)
  for (const [index, word] of words.entries()) view.setUint16(index * 2, word, true)
  bytes.set(name, words.length * 2)
  return bytes
}
