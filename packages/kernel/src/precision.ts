import { RuntimeError } from '@dotplus/core'

/** `WebAssembly.Module`, where the types in use know of WebAssembly: Node's do not. */
export type WasmModule = typeof globalThis extends {
  WebAssembly: { Module: new (...values: never[]) => infer Module }
}
  ? Module
  : object

/** `exact`: the same bits everywhere. `fast`: fused multiply-add where the engine has it. */
export type Precision = 'exact' | 'fast'

/**
 * A compiled kernel and why it is this one.
 *
 * @internal
 */
export interface KernelBuild {
  readonly module: WebAssembly.Module
  readonly precision: Precision
  /** Set when another precision was asked for. */
  readonly reason: string | undefined
}

// (module (func (param v128 v128 v128) (result v128) local.get 0 local.get 0 f32x4.add))
const simdProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0, 10, 11, 1, 9, 0, 32, 0, 32,
  0, 253, 228, 1, 11,
])

// (module (func (export "f") (result f32)
//   f32.const 1+2^-12 f32x4.splat f32.const 1+2^-12 f32x4.splat f32.const -1-2^-11 f32x4.splat
//   f32x4.relaxed_madd f32x4.extract_lane 0))
// 2^-24 where product and sum are rounded once, 0 where each is rounded.
const fusionProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 125, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 31, 1,
  29, 0, 67, 0, 8, 128, 63, 253, 19, 67, 0, 8, 128, 63, 253, 19, 67, 0, 16, 128, 191, 253, 19, 253,
  133, 2, 253, 31, 0, 11,
])

/** True when this engine runs 128-bit WebAssembly SIMD, which every build needs. */
export function hasSimd(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(simdProbe)
}

/** Why this engine does not run the fast build; undefined when it does. */
function withoutFast(): string | undefined {
  if (!WebAssembly.validate(fusionProbe)) return 'this engine has no relaxed SIMD'
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(fusionProbe), {}).exports
  return (f as () => number)() === 0
    ? 'relaxed SIMD does not fuse multiply and add in this engine'
    : undefined
}

/** True when this engine has relaxed SIMD with fused multiply-add, which the fast build needs. */
export function hasFusedMultiplyAdd(): boolean {
  return hasSimd() && withoutFast() === undefined
}

/** Which ops a kernel has: those of dense networks, or all. */
export type KernelPart = 'dense' | 'all'

/** One of the kernels: all ops or those of dense networks, exact or fast. */
export type KernelFile = 'exact' | 'fast' | 'exact-dense'

/** The WebAssembly bytes of a kernel, from wherever the runtime keeps them. */
export type KernelBytes = (
  file: KernelFile,
) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>

/** Compiled kernels by file; those that import a shared memory apart. */
const compiled = new Map<string, Promise<WebAssembly.Module>>()

/** The import of the memory, `env` `memory`, kind 2, with the flag of a memory that has a maximum. */
const memoryImport: readonly number[] = [3, 101, 110, 118, 6, 109, 101, 109, 111, 114, 121, 2, 1]
/** The flag of one that has a maximum and is shared. */
const sharedFlag = 3

/**
 * The kernel with a memory that threads share. The two differ in one flag of the memory's import.
 *
 * @throws {RuntimeError} when the bytes are no kernel of this version
 */
function sharingMemory(kernel: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = kernel.findIndex((_, i) => memoryImport.every((byte, k) => kernel[i + k] === byte))
  if (at < 0) throw new RuntimeError('the kernel does not import its memory')
  const bytes = kernel.slice()
  bytes[at + memoryImport.length - 1] = sharedFlag
  return bytes
}

/**
 * Begins to compile the kernel of dense networks, for runtimes in which that costs next to nothing: it is done when the
 * model has been read, if that turns out to be such a network.
 */
export function anticipateDense(bytesOf: KernelBytes): void {
  if (hasSimd()) void moduleOf('exact-dense', bytesOf, false).catch(() => undefined)
}

/** The compiled kernel of that file; a failed compilation does not stick. */
function moduleOf(
  file: KernelFile,
  bytesOf: KernelBytes,
  shared: boolean,
): Promise<WebAssembly.Module> {
  const key = shared ? `${file} shared` : file
  let module = compiled.get(key)
  if (!module) {
    module = compile(file, bytesOf, shared)
    compiled.set(key, module)
    module.catch(() => compiled.delete(key))
  }
  return module
}

async function compile(
  file: KernelFile,
  bytesOf: KernelBytes,
  shared: boolean,
): Promise<WebAssembly.Module> {
  const kernel = await bytesOf(file)
  try {
    return await WebAssembly.compile(shared ? sharingMemory(kernel) : kernel)
  } catch (cause) {
    throw new RuntimeError('the kernel could not be compiled', {
      got: cause instanceof Error ? cause.message : String(cause),
      hint: "A Content-Security-Policy needs script-src 'wasm-unsafe-eval'; platforms that do not compile take `wasm`, a precompiled module",
      cause,
    })
  }
}

/**
 * The kernel for a precision, compiled once per process and shared by all models.
 *
 * @param bytesOf the runtime's kernels
 * @param wasm a precompiled module of that precision, for platforms that do not compile at run time
 * @param shared imports a memory that threads share
 * @throws {RuntimeError} when the engine has no WebAssembly SIMD, or may not compile WebAssembly
 * @internal
 */
export async function kernelBuild(
  requested: Precision,
  part: KernelPart,
  bytesOf: KernelBytes,
  wasm?: WebAssembly.Module,
  shared = false,
): Promise<KernelBuild> {
  if (!hasSimd()) {
    throw new RuntimeError('this engine has no WebAssembly SIMD', {
      expected: 'Chrome 91, Firefox 89, Safari 16.4, Node 16.4, or newer',
    })
  }
  if (wasm) return { module: wasm, precision: requested, reason: undefined }
  const reason = requested === 'fast' ? withoutFast() : undefined
  const precision = reason === undefined ? requested : 'exact'
  const file = precision === 'exact' && part === 'dense' ? 'exact-dense' : precision
  return { module: await moduleOf(file, bytesOf, shared), precision, reason }
}
