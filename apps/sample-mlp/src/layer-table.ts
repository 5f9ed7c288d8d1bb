import { elementsOf, type Layer, type Model, type TensorIndex } from '@dotplus/core'
import type { ArraySummary, LayerRow } from './result.ts'

/** Name, activation, weights and biases of every Dense layer. */
export function layerRows(model: Model): LayerRow[] {
  return model.layers.flatMap((layer: Layer) => {
    if (layer.kind !== 'dense') return []
    const { kernel, bias, activation } = layer.dense
    const weights = summarize(model, kernel)
    const biases = summarize(model, bias)
    return weights && biases
      ? [{ name: layer.name, activation: activation?.function ?? 'linear', weights, biases }]
      : []
  })
}

function summarize(model: Model, index: TensorIndex | undefined): ArraySummary | undefined {
  const tensor = index === undefined ? undefined : model.tensors[index]
  if (!tensor) return undefined
  const values = Array.from(elementsOf(tensor), Number)
  return {
    shape: tensor.shape,
    count: values.length,
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  }
}
