import { InputError, RuntimeError } from '@dotplus/core'

import type { KernelMemory } from '../memory.ts'
import type { Plan } from '../plan/plan.ts'
import type { ThreadFault } from '../threads/team.ts'
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
  return outOfRange(
    memory,
    plan,
    record,
    (record - base) / L.RECORD_BYTES,
    memory.exports.faultValue(),
    error,
  )
}

/** The typed error for an op that failed in one of its threads. */
export function explainFault(
  { record, thread, value, message }: ThreadFault,
  memory: KernelMemory,
  base: number,
  plan: Plan,
  first: number,
): Error {
  if (record === 0) {
    return new RuntimeError('a thread of the model failed', {
      layer: layerOf(plan, first),
      got: message,
    })
  }
  const at = (record - base - thread * plan.programStride) / L.RECORD_BYTES
  return outOfRange(memory, plan, record, at, value, undefined)
}

function outOfRange(
  memory: KernelMemory,
  plan: Plan,
  record: number,
  at: number,
  value: number,
  cause: unknown,
): InputError {
  const count = memory.u32[(record >>> 2) + L.GATHER_COUNT] as number
  return new InputError('index out of range', {
    layer: layerOf(plan, at),
    expected: `${-count}…${count - 1}`,
    got: `${value}`,
    cause,
  })
}

function layerOf({ steps, recordSteps }: Plan, record: number): string | undefined {
  return steps[recordSteps[record] ?? -1]?.layer
}
