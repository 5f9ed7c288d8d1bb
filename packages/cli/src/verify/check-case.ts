import type { LoadedModel, Prediction, Tensor, TensorData } from '@dotplus/node'
import {
  compare,
  expectedValues,
  firstDivergingLayer,
  inputTensor,
  namedOutputs,
  type Difference,
  type RecordedCall,
  type RecordedCase,
  type Tolerance,
} from '@dotplus/inspect'

/** How a case came out. */
export interface CaseResult {
  readonly name: string
  readonly ok: boolean
  /** Largest |Δ| over all outputs; undefined when nothing could be compared. */
  readonly maxAbs: number | undefined
  readonly maxUlp: number | undefined
  /** What is wrong, in one line; undefined when ok. */
  readonly reason: string | undefined
}

/** Replays a case's calls and compares every output with the recorded one. */
export function checkCase(
  model: LoadedModel<Prediction>,
  recorded: RecordedCase,
  tolerance: Tolerance,
): CaseResult {
  let maxAbs = 0
  let maxUlp = 0
  let reason: string | undefined
  model.resetState()
  for (const [number, call] of recorded.calls.entries()) {
    for (const [output, difference] of compareCall(model, call, tolerance)) {
      maxAbs = largest(maxAbs, difference.maxAbs)
      maxUlp = largest(maxUlp, difference.maxUlp)
      const place = recorded.calls.length > 1 ? `call ${number}, ${output}` : output
      if (!difference.ok) reason ??= `${place}: ${difference.reason}`
    }
  }
  if (reason !== undefined) reason += divergence(model, recorded, tolerance)
  return { name: recorded.name, ok: reason === undefined, maxAbs, maxUlp, reason }
}

function largest(a: number, b: number): number {
  return Number.isNaN(b) ? a : Math.max(a, b)
}

function compareCall(
  model: LoadedModel<Prediction>,
  { inputs, outputs }: RecordedCall,
  tolerance: Tolerance,
): (readonly [output: string, difference: Difference])[] {
  const actual = namedOutputs(
    model,
    model.predict(inputs.map((array, i) => inputTensor(array, `in${i}`))),
  )
  if (actual.length !== outputs.length) {
    const reason = `number of outputs: expected ${outputs.length}, got ${actual.length}`
    return [['the model', { ok: false, maxAbs: NaN, maxUlp: NaN, reason }]]
  }
  return outputs.map((array, i) => {
    const format = array.dtype === 'float64' ? 'float64' : 'float32'
    const difference = compare(
      actual[i] as Tensor<TensorData>,
      expectedValues(array, `out${i}`),
      tolerance,
      format,
    )
    return [`output ${actual[i]?.name ?? i}`, difference]
  })
}

/** "; first diverging layer: …" where the case has checkpoints, "" where it has none. */
function divergence(
  model: LoadedModel<Prediction>,
  recorded: RecordedCase,
  tolerance: Tolerance,
): string {
  if (recorded.checkpoints.length === 0) return ''
  const diverging = firstDivergingLayer(model, recorded, tolerance)
  return diverging
    ? `; first diverging layer: ${diverging.layer} (${diverging.reason})`
    : '; no layer with a checkpoint diverges'
}
