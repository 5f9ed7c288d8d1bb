import { brotliDecompressSync } from 'node:zlib'
import { compressedKernels } from '@dotplus/kernel/compressed'
import type { KernelBytes } from '@dotplus/kernel/worker'

export const kernels: KernelBytes = /* @__PURE__ */ compressedKernels((base64) =>
  brotliDecompressSync(Buffer.from(base64, 'base64')),
)
