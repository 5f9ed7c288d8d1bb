import { KernelMemory, sharedMemory } from './memory.ts'
import {
  kernelBuild,
  type KernelBuild,
  type KernelBytes,
  type KernelPart,
  type Precision,
} from './precision.ts'
import type { Team } from './threads/team.ts'
import type { Port } from './worker/port.ts'

/** A kernel in a memory of its own, with the threads that share it. */
export interface HostedKernel {
  readonly build: KernelBuild
  readonly memory: KernelMemory
  /** Resolves when all threads are ready or have failed; undefined for one thread. */
  readonly starting: Promise<Team> | undefined
  /** Why there is one thread where more were asked for. */
  readonly aloneBecause: string | undefined
}

/** Why this runtime cannot share memory between threads; undefined when it can. */
function withoutSharing(wasm: WebAssembly.Module | undefined, start: unknown): string | undefined {
  if (wasm) return 'the kernel given as `wasm` does not share its memory'
  if (start === undefined) return 'this runtime has no workers'
  if (typeof SharedArrayBuffer === 'undefined') {
    return 'memory cannot be shared here; a page needs the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp'
  }
  return undefined
}

/**
 * Instantiates the kernel and starts its threads. Where threads are not possible there is one, and the reason.
 *
 * @param kernels the runtime's kernels
 * @param bytes about what the weights take
 * @throws {RuntimeError} when the engine has no WebAssembly SIMD, or may not compile WebAssembly
 */
export async function hostKernel(
  part: KernelPart,
  precision: Precision,
  kernels: KernelBytes,
  threads: number,
  wasm: WebAssembly.Module | undefined,
  startThread: (() => Port) | undefined,
  bytes: number,
): Promise<HostedKernel> {
  if (threads > 1) {
    const obstacle = withoutSharing(wasm, startThread)
    const hosted =
      obstacle ??
      (await hostShared(part, precision, kernels, threads, startThread as () => Port, bytes))
    if (typeof hosted !== 'string') return hosted
    const alone = await hostKernel(part, precision, kernels, 1, wasm, undefined, 0)
    return { ...alone, aloneBecause: hosted }
  }
  const build = await kernelBuild(precision, part, kernels, wasm)
  const memory = new KernelMemory(build.module)
  return { build, memory, starting: undefined, aloneBecause: undefined }
}

async function hostShared(
  part: KernelPart,
  precision: Precision,
  kernels: KernelBytes,
  threads: number,
  startThread: () => Port,
  bytes: number,
): Promise<HostedKernel | string> {
  const build = await kernelBuild(precision, part, kernels, undefined, true)
  let memory: KernelMemory
  try {
    memory = new KernelMemory(build.module, sharedMemory(bytes))
  } catch (error) {
    return `no memory to share: ${error instanceof Error ? error.message : String(error)}`
  }
  const { Team } = await import('./threads/team.ts')
  const starting = Team.start(memory, build.module, threads, startThread)
  return { build, memory, starting, aloneBecause: undefined }
}
