import type { LoadedModel, Prediction, Tensor, TensorData } from '@dotplus/kernel'

/** One output of a call with its name. */
export interface NamedTensor extends Tensor<TensorData> {
  readonly name: string
}

/** What `predict` gave, in the order of the model's outputs. */
export function namedOutputs(
  model: LoadedModel<Prediction>,
  prediction: Prediction,
): NamedTensor[] {
  const [only] = model.outputs
  if (only && model.outputs.length === 1)
    return [{ name: only.name, ...(prediction as Tensor<TensorData>) }]
  const record = prediction as Readonly<Record<string, Tensor<TensorData>>>
  return model.outputs.map(({ name }) => ({ name, ...(record[name] as Tensor<TensorData>) }))
}
