import type { Value } from '../protocol/values.ts'

/** The part of a loaded model that is checked beyond its answers; the runtime packages share it. */
export interface SteppedModel {
  readonly inputs: readonly { readonly shape: readonly (number | null)[] }[]
  predict(inputs: Value[]): unknown
  resetState(): void
  initialState(batch?: number): object
  /** Takes what it gave before. */
  step(inputs: Value[], state: never): { readonly y: unknown; readonly state: object }
}

type OutputsOf = (prediction: unknown) => Value[]

/**
 * What holds for every model, whatever its numbers are: other sizes of its free dimensions in between change nothing, and
 * where it can be stepped through a sequence, the steps have the bits of the whole.
 *
 * @throws {Error} naming what differs
 */
export function checkInvariants(model: SteppedModel, inputs: Value[], outputsOf: OutputsOf): void {
  const run = (given: Value[]): Value[] => {
    model.resetState()
    return outputsOf(model.predict(given))
  }
  const whole = run(inputs)
  const axes = [0, 1, 2, 3, 4].filter((axis) =>
    model.inputs.some(({ shape }, i) => shape[axis] === null && sizeOf(inputs[i], axis) > 1),
  )
  for (const axis of axes) {
    const smaller = inputs.map((value, i) =>
      model.inputs[i]?.shape[axis] === null ? cut(value, axis, 0, sizeOf(value, axis) - 1) : value,
    )
    const less = run(smaller)
    const where = `after a call with another size of dimension ${axis}`
    expectSame(run(inputs), whole, where)
    expectSame(run(smaller), less, where)
  }
  checkSteps(model, inputs, whole, outputsOf)
  model.resetState()
}

function checkSteps(
  model: SteppedModel,
  inputs: Value[],
  whole: Value[],
  outputsOf: OutputsOf,
): void {
  const [first] = inputs
  const steps = sizeOf(first, 1)
  const isSequence =
    inputs.length === 1 && first !== undefined && first.shape.length > 1 && steps > 1
  if (!isSequence) return
  let state: object
  try {
    state = model.initialState(first.shape[0])
  } catch {
    return // a layer that needs later steps, or a state whose shape depends on the input
  }
  if (Object.keys(state).length === 0) return
  const stride = strideOf(model, first, state)
  const parts: Value[][] = []
  for (let step = 0; step < steps; step += stride) {
    const result = model.step([cut(first, 1, step, step + stride)], state as never)
    state = result.state
    parts.push(outputsOf(result.y))
  }
  for (const [i, output] of whole.entries()) {
    const got = parts.map((outputs) => outputs[i] as Value)
    const own = sizeOf(got[0], 1)
    if (output.shape.length < 3 || output.shape[1] !== own * parts.length) {
      // An output without steps is that of the last one.
      expectSame([got.at(-1) as Value], [output], 'in the last step')
      continue
    }
    for (const [step, value] of got.entries())
      expectSame([value], [cut(output, 1, step * own, (step + 1) * own)], `in step ${step}`)
  }
}

/** The fewest steps that the model takes at a time: more than one where a layer has a stride. */
function strideOf(model: SteppedModel, sequence: Value, state: object): number {
  const steps = sizeOf(sequence, 1)
  for (let stride = 1; stride < steps; stride++) {
    if (steps % stride > 0) continue
    try {
      model.step([cut(sequence, 1, 0, stride)], state as never)
      return stride
    } catch (error) {
      if (!String(error).includes('steps at a time')) throw error
    }
  }
  return steps
}

function sizeOf(value: Value | undefined, axis: number): number {
  return value?.shape[axis] ?? 0
}

/** The part of a tensor from `start` to `end` along an axis. */
function cut({ data, shape, ...rest }: Value, axis: number, start: number, end: number): Value {
  const size = shape[axis] as number
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1)
  const kept = (_: unknown, i: number): boolean => {
    const index = Math.floor(i / inner) % size
    return index >= start && index < end
  }
  const own = (data as unknown as Float32Array).filter(kept)
  return {
    ...rest,
    data: own,
    shape: shape.map((length, i) => (i === axis ? end - start : length)),
  }
}

function expectSame(got: readonly Value[], expected: readonly Value[], where: string): void {
  for (const [i, { data, shape }] of expected.entries()) {
    const other = got[i]
    const same =
      other?.shape.join() === shape.join() &&
      Array.from(data as ArrayLike<unknown>).every(
        (value, at) =>
          value === other.data[at] || (value !== value && other.data[at] !== other.data[at]),
      )
    if (!same) throw new Error(`output ${i} has other bits ${where}`)
  }
}
