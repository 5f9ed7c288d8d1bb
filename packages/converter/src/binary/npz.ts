import type { NdArray } from '../array.ts'
import type { Source } from '../source.ts'
import { openNpy, readNpyArray, type OpenedNpy } from './npy.ts'
import { openZip } from './zip.ts'

/** The arrays of a `.npz` file by name, without the `.npy` ending; read one by one. */
export interface NpzArchive {
  /** In the order of the archive's directory. */
  readonly names: readonly string[]
  has(name: string): boolean
  read(name: string): Promise<NdArray>
  /** The array by its header; its elements are read when asked for. */
  open(name: string): Promise<OpenedNpy>
}

const ending = '.npy'

/**
 * Opens a `.npz` file: what `np.savez` and `np.savez_compressed` write.
 *
 * @throws {FormatError} when it is no zip archive
 */
export async function openNpz(source: Source): Promise<NpzArchive> {
  const zip = await openZip(source)
  const names = zip.names
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
  const known = new Set(names)
  const place = (name: string): string => `${source.name}/${name}${ending}`
  return {
    names,
    has: (name) => known.has(name),
    read: async (name) => readNpyArray(await zip.read(name + ending), place(name)),
    open: async (name) => openNpy({ ...zip.openLazily(name + ending), name: place(name) }),
  }
}

/** All arrays of a `.npz` file by name. */
export async function readNpz(source: Source): Promise<Map<string, NdArray>> {
  const npz = await openNpz(source)
  const arrays = new Map<string, NdArray>()
  for (const name of npz.names) arrays.set(name, await npz.read(name))
  return arrays
}
