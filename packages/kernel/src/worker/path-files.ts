import type { Reading } from './collect.ts'
import { download } from './download.ts'
import type { Address, Files } from './source.ts'

const scheme = /^(https?|file|data):/i

/** How a runtime reads that has a file system: strings are paths unless they begin with the scheme of a URL. */
export function pathFiles(
  readFile: (address: Address, reading: Reading) => Promise<Uint8Array<ArrayBuffer>>,
  besidePath: NonNullable<Files['besidePath']>,
  openInPlace?: Files['openInPlace'],
): Files {
  const isFile = (address: Address): boolean =>
    typeof address === 'string' || address.protocol === 'file:'
  return {
    resolve: (address) =>
      typeof address === 'string' && scheme.test(address) ? new URL(address) : address,
    read: (address, reading) =>
      isFile(address) ? readFile(address, reading) : download(address as URL, reading, fetch),
    besidePath,
    openInPlace: (source) => (isFile(source.located) ? openInPlace?.(source) : undefined),
  }
}
