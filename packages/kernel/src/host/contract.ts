import type { LowerContext, Value } from '../lower/context.ts'
import type { Sizes, Stepped } from '../lower/contraction.ts'
import type { Labels } from '../lower/equation.ts'
import { stepsOf } from '../lower/strided.ts'
import { walk } from './elementwise.ts'
import { numericOp } from './numeric.ts'

/** Offsets of an operand's elements along some labels, in row-major order of these. */
function offsets(operand: Stepped, labels: Labels, sizes: Sizes): Int32Array {
  return walk(
    labels.map((label) => sizes.get(label) as number),
    labels.map((label) => operand.steps.get(label) ?? 0),
  )
}

/** Σ of products of tensors of one dtype over the labels that the output lacks, in float64. */
export function hostContract(
  context: LowerContext,
  operands: readonly Stepped[],
  output: Labels,
  sizes: Sizes,
): Value {
  const all = new Set(operands.flatMap(({ labels }) => labels))
  const inner = [...all].filter((label) => !output.includes(label))
  const [first, second] = operands as [Stepped, Stepped | undefined]
  const outside = operands.map((operand) => offsets(operand, output, sizes))
  const inside = operands.map((operand) => offsets(operand, inner, sizes))
  const shape = output.map((label) => sizes.get(label) as number)
  const results = [{ shape, dtype: first.value.dtype }]
  const values = operands.map(({ value }) => value)
  return numericOp(context, 'contract', values, results, ([a, b], [y]) => {
    const [along, beside] = [inside[0] as Int32Array, inside[1]]
    for (let i = 0; i < y!.length; i++) {
      const [from, other] = [outside[0]![i]!, second ? outside[1]![i]! : 0]
      let sum = 0
      for (let k = 0; k < along.length; k++)
        sum += a![from + along[k]!]! * (beside ? b![other + beside[k]!]! : 1)
      y![i] = sum
    }
  })[0] as Value
}

/** x with one axis multiplied by a matrix (length, other length) of its dtype. */
export function contractAlong(context: LowerContext, x: Value, axis: number, matrix: Value): Value {
  const labels = x.shape.map((_, i) => `${i}`)
  const at = `${axis}`
  const output = labels.map((label) => (label === at ? 'new' : label))
  const sizes = new Map(labels.map((label, i) => [label, x.shape[i] as number]))
  sizes.set('new', matrix.shape[1] as number)
  const stepsFor = (value: Value, own: readonly string[]): Stepped => ({
    value,
    labels: own,
    steps: new Map(stepsOf(value.shape).map((step, i) => [own[i] as string, step])),
  })
  return hostContract(context, [stepsFor(x, labels), stepsFor(matrix, [at, 'new'])], output, sizes)
}
