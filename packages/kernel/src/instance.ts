import type { KernelExports } from './memory.ts'
import { ONE_ROW, TWO_ROWS_SPREAD } from './wasm/layout.ts'

declare const process: { versions?: { v8?: string; bun?: string } } | undefined

/** An instance of the kernel whose matrix products go by the tiles that suit the engine, with the same bits. */
export function kernelInstance(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): KernelExports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const kernel = exports as unknown as KernelExports
  if (hasFirstTurboFan()) kernel.tiling.value = ONE_ROW
  // Deno's V8 compares every address with the size of the memory: fewer loads and a few shuffles are 1.15 times as fast.
  else if ('Deno' in globalThis) kernel.tiling.value = TWO_ROWS_SPREAD
  return kernel
}

/**
 * True in Node 20 and 22. Up to version 12 V8's TurboFan computes what does not depend on anything early in a block,
 * which needs more registers than there are; Turboshaft, its successor, keeps the order of the code. Tiles of one row run
 * 1.2 to 1.4 times as fast there and 0.7 times as fast elsewhere.
 */
function hasFirstTurboFan(): boolean {
  if (typeof process === 'undefined') return false
  const { v8, bun } = process.versions ?? {}
  return v8 !== undefined && bun === undefined && Number.parseInt(v8, 10) < 13
}
