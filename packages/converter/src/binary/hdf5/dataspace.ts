import type { Cursor } from '../cursor.ts'
import type { Hdf5Reader } from './reader.ts'

const maximumRank = 32
const nullSpace = 2

/**
 * Reads a dataspace message: elements per dimension, `[]` for a scalar, `[0]` for a null space.
 */
export function readDataspace(reader: Hdf5Reader, cursor: Cursor): number[] {
  const version = cursor.uint8()
  if (version !== 1 && version !== 2)
    throw cursor.error('HDF5 dataspace version', { expected: '1 or 2', got: `${version}` })
  const rank = cursor.uint8()
  cursor.advance(1)
  const type = cursor.uint8()
  if (version === 1) cursor.advance(4)
  if (version === 2 && type === nullSpace) return [0]
  if (rank > maximumRank)
    throw cursor.error('rank of an HDF5 dataspace', {
      expected: `at most ${maximumRank}`,
      got: `${rank}`,
    })
  const shape: number[] = []
  let count = 1
  for (let i = 0; i < rank; i++) {
    const size = reader.length(cursor)
    shape.push(size)
    count *= size
  }
  if (!Number.isSafeInteger(count) || shape.some((size) => !Number.isSafeInteger(size))) {
    throw cursor.error('the shape is too large', { got: `(${shape.join(', ')})` })
  }
  return shape
}
