import type { NdArray } from '@dotplus/converter'
import type { InputValue, LoadedModel, Prediction } from '@dotplus/kernel'
import { compare, type Values } from './compare.ts'
import { expectedValues, firstDivergingLayer, type DivergingLayer } from './diverging-layer.ts'
import { inputTensor } from './input-tensor.ts'
import { namedOutputs, type NamedTensor } from './named-outputs.ts'
import type { RecordedCase } from './recorded-case.ts'
import type { Tolerance } from './tolerance.ts'

/** How a case came out. */
export interface CaseResult {
  readonly name: string
  readonly ok: boolean
  /** Largest |Δ| over all outputs; NaN when something could not be compared. */
  readonly maxAbs: number
  readonly maxUlp: number
  /** What is wrong with the first output that misses its bound, in one line; undefined when ok. */
  readonly reason: string | undefined
  /** The first layer that diverges, where the case carries checkpoints and they were compared. */
  readonly diverging: DivergingLayer | undefined
  /** Layers whose outputs the case carries. */
  readonly checkpoints: number
}

/** An output of one call beside the recorded one. */
export interface ReplayedOutput {
  readonly output: NamedTensor
  readonly expected: Values
  /** What units in the last place are counted in. */
  readonly format: 'float32' | 'float64'
}

export interface ReplayOptions {
  /** Sees every output that was compared. */
  readonly onOutput?: (replayed: ReplayedOutput) => void
  /** Compares the layers of a case whose outputs are right too, not only of one that fails. */
  readonly everyCheckpoint?: boolean
}

/**
 * Replays the calls of a case in order, from a fresh state, and compares every output with the recorded one.
 *
 * @param tolerance holds for all outputs; the case's own bounds are the caller's to put in
 */
export function replayCase(
  model: LoadedModel<Prediction>,
  recorded: RecordedCase,
  tolerance: Tolerance,
  { onOutput, everyCheckpoint = false }: ReplayOptions = {},
): CaseResult {
  const { calls, checkpoints, name } = recorded
  let [maxAbs, maxUlp] = [0, 0]
  let reason: string | undefined
  model.resetState()
  for (const [number, call] of calls.entries()) {
    const place = calls.length > 1 ? `call ${number}, ` : ''
    const actual = namedOutputs(model, model.predict(call.inputs.map(inputValue)))
    if (actual.length !== call.outputs.length) {
      reason ??= `${place}the model: number of outputs: expected ${call.outputs.length}, got ${actual.length}`
      maxAbs = maxUlp = NaN
      continue
    }
    for (const [index, output] of actual.entries()) {
      const array = call.outputs[index] as NdArray
      const expected = expectedValues(array, `out${index}`)
      const format = array.dtype === 'float64' ? 'float64' : 'float32'
      const difference = compare(output, expected, tolerance, format)
      maxAbs = Math.max(maxAbs, difference.maxAbs)
      maxUlp = Math.max(maxUlp, difference.maxUlp)
      if (!difference.ok) reason ??= `${place}output ${output.name}: ${difference.reason}`
      onOutput?.({ output, expected, format })
    }
  }
  const ok = reason === undefined
  const diverging =
    ok && !everyCheckpoint ? undefined : firstDivergingLayer(model, recorded, tolerance)
  return { name, ok, maxAbs, maxUlp, reason, diverging, checkpoints: checkpoints.length }
}

function inputValue(array: NdArray, index: number): InputValue {
  return inputTensor(array, `in${index}`)
}
