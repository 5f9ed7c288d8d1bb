import type { KernelBytes } from './precision.ts'
import { base64, lengths } from './wasm/compressed.ts'

/**
 * All kernels in a fifth of their size, for runtimes that have brotli.
 *
 * @param decompress the bytes of a brotli stream given in base64
 */
export function compressedKernels(decompress: (base64: string) => Uint8Array): KernelBytes {
  return (file) => {
    const bytes = decompress(base64)
    let start = 0
    for (const [name, length] of lengths) {
      if (name === file) return new Uint8Array(bytes.subarray(start, start + length))
      start += length
    }
    throw new RangeError(`no kernel ${file}`)
  }
}
