import { InputError } from '@dotplus/core'

import type { KernelMemory } from '../memory.ts'
import type { Plan } from '../plan/plan.ts'

/** What stateful layers keep from one call to the next, by layer and place; all zeros at first. */
export class ModelState {
  readonly #kept = new Map<string, { shape: readonly number[]; data: Float32Array }>()

  /**
   * Puts the state where the plan reads it.
   *
   * @throws {InputError} when the batch is not the one the state was made with
   */
  store(memory: KernelMemory, base: number, plan: Plan): void {
    for (const { before } of plan.states) {
      const kept = this.#kept.get(before.name)
      const at = (base + before.offset) >>> 2
      if (!kept) {
        memory.f32.fill(0, at, at + before.length)
        continue
      }
      if (kept.shape.join() !== before.shape.join()) {
        throw new InputError('batch of a stateful layer', {
          layer: before.name.split(':')[0],
          expected: `${kept.shape[0]} as in the calls before`,
          got: `${before.shape[0]}`,
          hint: 'Call resetState() before another batch',
        })
      }
      memory.f32.set(kept.data, at)
    }
  }

  /** Takes the state from where the plan has left it. */
  load(memory: KernelMemory, base: number, plan: Plan): void {
    for (const { before, after } of plan.states) {
      const at = (base + after.offset) >>> 2
      const data = this.#kept.get(before.name)?.data ?? new Float32Array(after.length)
      data.set(memory.f32.subarray(at, at + after.length))
      this.#kept.set(before.name, { shape: before.shape, data })
    }
  }

  reset(): void {
    this.#kept.clear()
  }
}
