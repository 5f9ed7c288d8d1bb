import type { StringPool } from '../dtype/string-pool.ts'
import type { KernelMemory } from '../memory.ts'
import type { FoundSize } from '../plan/op.ts'
import type { Plan } from '../plan/planner.ts'
import { recordBytes } from '../program.ts'
import { explainTrap } from './trap.ts'

/**
 * Runs a plan that lies at `base`: its records, and its steps in JavaScript between them.
 *
 * @returns a size that the plan was not made for, at which the run has ended
 * @throws {InputError} for an input whose values a layer cannot take
 */
export function runPlan(
  memory: KernelMemory,
  strings: StringPool,
  base: number,
  plan: Plan,
): FoundSize | undefined {
  let from = 0
  for (const { before, run } of plan.hostSteps) {
    if (before > from) runRecords(memory, base, plan, from, before)
    const found = run(memory, strings)
    if (found) return found
    from = before
  }
  if (plan.recordCount > from) runRecords(memory, base, plan, from, plan.recordCount)
  return undefined
}

function runRecords(
  memory: KernelMemory,
  base: number,
  plan: Plan,
  from: number,
  end: number,
): void {
  try {
    memory.exports.run(base + from * recordBytes, end - from)
  } catch (error) {
    throw explainTrap(error, memory, base, plan)
  }
}
