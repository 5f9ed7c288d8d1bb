import { elementCount, InputError } from '@dotplus/core'

import { capacityFor } from '../lower/stream.ts'
import type { KernelMemory } from '../memory.ts'
import type { PlacedState, PlacedValue, Plan } from '../plan/plan.ts'
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

/** Steps that are counted without rounding. */
const mostSteps = 2 ** 24

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
   * How many steps a plan is to have room for that takes these inputs next.
   *
   * @throws {InputError} when a state says of no whole number that so many steps came before
   */
  roomFor(inputs: readonly { readonly shape: readonly number[] }[]): number {
    let before = 0
    let room = 0
    for (const [key, { shape, data }] of this.#kept) {
      if (key.endsWith(':keys') && data.length === elementCount(shape))
        room = Math.max(room, shape[1] ?? 0)
      if (key.endsWith(':steps')) before = Math.max(before, stepsIn(key, data))
    }
    const steps = Math.max(...inputs.map(({ shape }) => shape[1] ?? 1))
    return capacityFor(Math.max(before + steps, room))
  }

  /**
   * Checks that everything kept has a place in the plan, and that the steps of the plan have room.
   *
   * @throws {InputError} naming what has none
   */
  check(plan: Plan): void {
    for (const state of plan.states) this.#checkCount(state)
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

  #checkCount({ before: { name }, counts }: PlacedState): void {
    if (!counts) return
    const kept = this.#kept.get(name)
    const steps = (kept ? stepsIn(name, kept.data) : 0) + counts.steps
    const most = Math.min(counts.most, mostSteps)
    if (steps <= most) return
    throw new InputError('steps of a sequence', {
      layer: counts.layer,
      expected: `${most} at most, with those before`,
      got: `${steps}`,
      hint: 'Begin anew with another state',
    })
  }

  /**
   * Puts the state where the plan reads it.
   *
   * @throws {InputError} when the batch is not the one the state was made with
   */
  store(memory: KernelMemory, base: number, plan: Plan): void {
    for (const { before, grows } of plan.states) {
      const kept = this.#kept.get(before.name)
      const target = elementsOf(memory, base, before)
      if (!kept) {
        target.fill(0)
        continue
      }
      if (grows && fitsInto(kept.shape, before.shape)) {
        const [batch = 0] = before.shape
        const [from, to] = [kept.data.length / batch, target.length / batch]
        target.fill(0)
        for (let i = 0; i < batch; i++)
          target.set(kept.data.subarray(i * from, (i + 1) * from), i * to)
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
      const data = known?.length === found.length ? known : found.slice()
      data.set(found)
      this.#kept.set(before.name, { shape: before.shape, data })
    }
  }

  reset(): void {
    this.#kept.clear()
  }
}

/** True where the shapes differ in axis 1 alone, and there is more room along that of the second. */
function fitsInto(shape: readonly number[], larger: readonly number[]): boolean {
  return (
    shape.length === larger.length &&
    shape.every((size, axis) =>
      axis === 1 ? size <= (larger[1] as number) : size === larger[axis],
    )
  )
}

/** @throws {InputError} when it is no count */
function stepsIn(key: string, [steps = 0]: StateData): number {
  if (Number.isInteger(steps) && steps >= 0) return steps
  throw new InputError('steps before', {
    place: `state ${key}`,
    expected: 'a whole number from 0',
    got: `${steps}`,
  })
}
