import type { StringPool } from '../dtype/string-pool.ts'
import type { KernelMemory } from '../memory.ts'
import type { FoundSize } from '../plan/op.ts'
import type { Plan, Stretch } from '../plan/plan.ts'
import type { Team } from '../threads/team.ts'
import * as L from '../wasm/layout.ts'
import { explainFault, explainTrap } from './trap.ts'

/** Runs plans that lie in memory at `base`. */
export class Executor {
  readonly #memory: KernelMemory
  readonly #base: number
  readonly #team: Team | undefined

  constructor(memory: KernelMemory, base: number, team: Team | undefined) {
    this.#memory = memory
    this.#base = base
    this.#team = team
  }

  /**
   * Runs all of a plan: in one call of the kernel, unless threads share some of its ops.
   *
   * @returns a size that the plan was not made for, at which the run has ended
   * @throws {InputError} when an op was given a value it cannot use
   * @throws {RuntimeError} when a thread fails
   */
  run(plan: Plan, strings: StringPool): FoundSize | undefined {
    // By index: an iterator would be garbage in every call.
    const { stretches } = plan
    for (let i = 0; i < stretches.length; i++) {
      const stretch = stretches[i] as Stretch
      if (!stretch.host) this.#runStretch(plan, stretch)
      else {
        const found = stretch.host(this.#memory, strings)
        if (found) return found
      }
    }
    return undefined
  }

  #runStretch(plan: Plan, { first, count, share }: Stretch): void {
    const record = this.#base + first * L.RECORD_BYTES
    const team = this.#team
    if (share && team && team.threads > 1) {
      const fault = team.run(record, plan.programStride, share)
      if (fault) throw explainFault(fault, this.#memory, this.#base, plan, first)
      return
    }
    try {
      this.#memory.exports.run(record, count)
    } catch (error) {
      throw explainTrap(error, this.#memory, this.#base, plan)
    }
  }
}
