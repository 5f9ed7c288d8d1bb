import { elementCount, InputError } from '@dotplus/core'

import type { KernelMemory } from '../memory.ts'
import type { PlacedValue, Plan } from '../plan/plan.ts'
import { stateOfAnother } from './state-error.ts'
import type { StepState } from './tensor.ts'

/** Elements of a state: what computes in half precision keeps float32. */
type StateData = Float32Array | Float64Array

interface Kept {
  readonly shape: readonly number[]
  readonly data: StateData
}

function dtypeOf(data: StateData): 'float32' | 'float64' {
  return data instanceof Float64Array ? 'float64' : 'float32'
}

/** A view of a state in memory. */
function elementsOf(memory: KernelMemory, base: number, state: PlacedValue): StateData {
  const { dtype, offset, length } = state
  const at = base + offset
  if (dtype === 'float64') return new Float64Array(memory.u8.buffer, at, length)
  return memory.f32.subarray(at >>> 2, (at >>> 2) + length)
}

/** What stateful layers keep from one call to the next, by layer and place; all zeros at first. */
export class ModelState {
  readonly #kept: Map<string, Kept>

  /** @param kept what has been kept before, by layer and place; it is not written to */
  constructor(kept: StepState = {}) {
    this.#kept = new Map(
      Object.entries(kept).map(([key, { shape, data }]) => [key, { shape, data: data.slice() }]),
    )
  }

  /** What is kept now, by layer and place. */
  record(): StepState {
    return Object.fromEntries(
      [...this.#kept].map(([key, { shape, data }]) => [
        key,
        { data, shape: [...shape], dtype: dtypeOf(data) },
      ]),
    )
  }

  /**
   * Checks that everything kept has a place in the plan.
   *
   * @throws {InputError} naming what has none
   */
  check(plan: Plan): void {
    const known = plan.states.map(({ before }) => before.name)
    for (const [key, { shape, data }] of this.#kept) {
      if (!known.includes(key)) throw stateOfAnother(key, known.join(', ') || 'none')
      if (data.length !== elementCount(shape))
        throw new InputError('number of elements of a state', {
          place: `state ${key}`,
          expected: `${elementCount(shape)} for (${shape.join(', ')})`,
          got: `${data.length}`,
        })
    }
  }

  /**
   * Puts the state where the plan reads it.
   *
   * @throws {InputError} when the batch is not the one the state was made with
   */
  store(memory: KernelMemory, base: number, plan: Plan): void {
    for (const { before } of plan.states) {
      const kept = this.#kept.get(before.name)
      const target = elementsOf(memory, base, before)
      if (!kept) {
        target.fill(0)
        continue
      }
      if (kept.shape.join() !== before.shape.join()) {
        throw new InputError('shape of what a layer has kept', {
          layer: before.name.split(':')[0],
          expected: `(${kept.shape.join(', ')}) as in the calls before`,
          got: `(${before.shape.join(', ')})`,
          hint: 'Call resetState() before another batch, or step with a new state',
        })
      }
      target.set(kept.data)
    }
  }

  /** Takes the state from where the plan has left it. */
  load(memory: KernelMemory, base: number, plan: Plan): void {
    for (const { before, after } of plan.states) {
      const known = this.#kept.get(before.name)?.data
      const found = elementsOf(memory, base, after)
      const data = known ?? found.slice()
      data.set(found)
      this.#kept.set(before.name, { shape: before.shape, data })
    }
  }

  reset(): void {
    this.#kept.clear()
  }
}
