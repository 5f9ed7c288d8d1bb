import { Buffer } from 'node:buffer'
import { compressedKernels, type KernelBytes } from '@dotplus/kernel/compressed'

export const kernels: KernelBytes = /* @__PURE__ */ compressedKernels({
  text: (digits, encoding) => Buffer.from(digits, encoding),
  brotli: async (bytes) => (await import('node:zlib')).brotliDecompressSync(bytes),
})
