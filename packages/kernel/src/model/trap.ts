import { InputError } from '@dotplus/core'

import type { KernelMemory } from '../memory.ts'
import type { Plan } from '../plan/planner.ts'
import * as L from '../wasm/layout.ts'

/** The typed error for a run that the kernel broke off; any other error as it is. */
export function explainTrap(
  error: unknown,
  memory: KernelMemory,
  base: number,
  plan: Plan,
): unknown {
  const record = memory.exports.fault() >>> 0
  if (!(error instanceof WebAssembly.RuntimeError) || record < base) return error
  const at = (record - base) / L.RECORD_BYTES
  const count = memory.u32[(record >>> 2) + L.GATHER_COUNT] as number
  return new InputError('index out of range', {
    layer: plan.recordLayers[at],
    expected: `${-count}…${count - 1}`,
    got: `${memory.exports.faultValue()}`,
    cause: error,
  })
}
