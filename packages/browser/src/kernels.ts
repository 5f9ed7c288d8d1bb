import type { KernelBytes, KernelFile } from '@dotplus/kernel/worker'

const files: Readonly<Record<KernelFile, () => Promise<{ readonly default: string }>>> = {
  exact: () => import('./generated/exact.ts'),
  fast: () => import('./generated/fast.ts'),
  'exact-dense': () => import('./generated/exact-dense.ts'),
}

/** The value of one of 0…9, a…f. */
function digitOf(character: number): number {
  return character < 58 ? character - 48 : character - 87
}

/**
 * Each kernel is a module of hexadecimal digits: they compress as well as the bytes do, and need neither an address
 * nor a MIME type that a server could get wrong.
 */
export const kernels: KernelBytes = async (file) => {
  const { default: digits } = await files[file]()
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitOf(digits.charCodeAt(2 * i)) << 4) | digitOf(digits.charCodeAt(2 * i + 1))
  }
  return bytes
}
