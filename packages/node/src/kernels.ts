import { compressedKernels, type KernelBytes } from '@dotplus/kernel/compressed'

export const kernels: KernelBytes = /* @__PURE__ */ compressedKernels({
  text: (digits, encoding) => Buffer.from(digits, encoding),
  brotli: (bytes) => process.getBuiltinModule('node:zlib').brotliDecompressSync(bytes),
})
