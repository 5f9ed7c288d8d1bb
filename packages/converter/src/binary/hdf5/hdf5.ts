import { DotplusError, FormatError } from '@dotplus/core'
import type { Source } from '../../source.ts'
import { GlobalHeap } from './global-heap.ts'
import { openObject, type Hdf5Group } from './group.ts'
import { openSuperblock } from './superblock.ts'

export type { Hdf5Dataset } from './dataset.ts'
export { openGroup, openPath, type Hdf5Group, type Hdf5Object } from './group.ts'
export { isHdf5 } from './superblock.ts'

// Read here, and not by the C library compiled to WebAssembly (h5wasm): that is 4 MB with 0.3 s of start-up, wants the
// whole file in its own memory, and answers neither to a memory limit nor to asynchronous slices.

/**
 * Opens an HDF5 file at its root group. Only what is asked for is read.
 *
 * Reads superblocks 0 to 3, both kinds of groups, object headers and B-trees, compact, contiguous and chunked data,
 * gzip, shuffle and fletcher32.
 *
 * @throws {FormatError} when the file is no HDF5, cut off or damaged
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 */
export async function openHdf5(source: Source): Promise<Hdf5Group> {
  const { reader, root } = await openSuperblock(source)
  try {
    const object = await openObject(reader, new GlobalHeap(reader), root, '')
    if (object.kind === 'group') return object
  } catch (error) {
    if (error instanceof DotplusError) throw error
    throw new FormatError('the HDF5 file is damaged', { file: source.name, cause: error })
  }
  throw new FormatError('the root of the HDF5 file is no group', { file: source.name })
}
