import { compressedKernels } from '@dotplus/kernel/compressed'
import type { KernelBytes } from '@dotplus/kernel/worker'

export const kernels: KernelBytes = /* @__PURE__ */ compressedKernels((base64) => {
  const { brotliDecompressSync } = process.getBuiltinModule('node:zlib')
  return brotliDecompressSync(Buffer.from(base64, 'base64'))
})
