import { InputError, type Graph, type Layer, type Model, type Value } from '@dotplus/core'
import type { Value as PlannedValue } from '../lower/context.ts'
import { capacityFor, stepsPerStep, Stream } from '../lower/stream.ts'
import { ModelState } from './state.ts'
import type { Signature, StepState } from './tensor.ts'

/** The inputs of a model as `step` takes them. */
export interface StepInputs {
  /** The signatures with a free axis of time. */
  readonly signatures: readonly Signature[]
  /** Whether an input has steps on axis 1. */
  readonly hasSteps: readonly boolean[]
}

/** The part of the kernel that keeps state and walks through sequences. */
export interface Stepping {
  readonly stepInputs: typeof stepInputs
  readonly smallestShapes: typeof smallestShapes
  readonly streamOf: typeof streamOf
  readonly stateOf: typeof stateOf
}

/** Inputs of rank 3 and more have steps on axis 1, and so have indices (batch, steps) that go into an embedding. */
export function stepInputs(model: Model, graph: Graph, inputs: readonly Signature[]): StepInputs {
  const hasSteps = inputs.map(
    ({ shape }, i) =>
      shape.length > 2 ||
      (shape.length === 2 && goesIntoEmbedding(model, graph, graph.inputs[i]?.value?.call)),
  )
  const signatures = inputs.map((signature, i) =>
    hasSteps[i]
      ? { ...signature, shape: signature.shape.map((size, axis) => (axis === 1 ? null : size)) }
      : signature,
  )
  return { signatures, hasSteps }
}

function goesIntoEmbedding(model: Model, graph: Graph, input: number | undefined): boolean {
  const refersTo = (value: Value | undefined): boolean =>
    value?.kind === 'ref' && value.ref.call === input
  return graph.calls.some(
    ({ layer, arguments: given }) =>
      model.layers[layer]?.kind === 'embedding' && given.some(({ value }) => refersTo(value)),
  )
}

/**
 * Shapes of the inputs for the fewest steps that every layer of the model takes.
 *
 * @throws {InputError} when an axis other than batch and time is free
 */
export function smallestShapes(
  layers: readonly Layer[],
  { signatures, hasSteps }: StepInputs,
  batch: number,
): number[][] {
  const steps = layers.reduce((product, layer) => product * stepsPerStep(layer), 1)
  return signatures.map(({ name, shape }, i) =>
    shape.map((size, axis) => {
      if (axis === 0) return size ?? batch
      if (axis === 1 && hasSteps[i]) return steps
      if (size !== null) return size
      throw new InputError('the state depends on a free dimension', {
        place: `input ${name}`,
        got: `dimension ${axis}`,
        hint: 'Begin with step(x, {}): what is missing in a state is zeros',
      })
    }),
  )
}

/** A walk that begins at the inputs which have steps; what layers keep of them has room for so many. */
export function streamOf(
  inputs: readonly PlannedValue[],
  { hasSteps }: StepInputs,
  room: number,
): Stream {
  const stream = new Stream(capacityFor(room))
  for (const [i, value] of inputs.entries()) if (hasSteps[i]) stream.mark(value)
  return stream
}

/** State that begins with what has been kept before; zeros without that. */
export function stateOf(kept?: StepState): ModelState {
  return new ModelState(kept)
}
