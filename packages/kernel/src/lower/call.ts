import type { CallArguments, Value } from './context.ts'

/** A call with each of its tensors replaced by another. */
export function withTensors(call: CallArguments, change: (value: Value) => Value): CallArguments {
  const operands = call.operands.map((operand) => ({
    ...operand,
    tensors: operand.tensors.map(change),
  }))
  return { ...call, operands, tensors: operands.flatMap(({ tensors }) => tensors) }
}
