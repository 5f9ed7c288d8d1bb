import type { Reading } from './collect.ts'
import { download } from './download.ts'
import type { Address, Files } from './source.ts'

const scheme = /^(https?|file|data):/i

/** How a runtime reads that has a file system: strings are paths unless they begin with the scheme of a URL. */
export function pathFiles(
  readFile: (address: Address, reading: Reading) => Promise<Uint8Array<ArrayBuffer>>,
  besidePath: NonNullable<Files['besidePath']>,
  openInPlace: NonNullable<Files['openInPlace']> = () => undefined,
): Files {
  const isFile = (address: Address): address is string | (URL & { protocol: 'file:' }) =>
    typeof address === 'string' || address.protocol === 'file:'
  return {
    resolve: (address) =>
      typeof address === 'string' && scheme.test(address) ? new URL(address) : address,
    read: (address, reading) =>
      isFile(address) ? readFile(address, reading) : download(address, reading, fetch),
    besidePath,
    openInPlace: (address, file) => (isFile(address) ? openInPlace(address, file) : undefined),
  }
}
