import type { KernelBytes, KernelFile } from '@dotplus/kernel/worker'
import { bytesOfHex } from './hex.ts'

const files: Readonly<Record<KernelFile, () => Promise<{ readonly default: string }>>> = {
  exact: () => import('./generated/exact.ts'),
  fast: () => import('./generated/fast.ts'),
  'exact-dense': () => import('./generated/exact-dense.ts'),
}

/**
 * Each kernel is a module of hexadecimal digits: they compress as well as the bytes do, and need neither an address
 * nor a MIME type that a server could get wrong.
 */
export const kernels: KernelBytes = async (file) => bytesOfHex((await files[file]()).default)
