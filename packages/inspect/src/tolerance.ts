import type { DType, Model } from '@dotplus/core'

/** |a - b| <= atol * max|b| + rtol * |b|, where b is what Keras answered and max|b| is over one output. */
export interface Tolerance {
  readonly rtol: number
  readonly atol: number
}

/** Bounds by the precision that Keras computed in. */
const float32: Tolerance = { rtol: 1e-5, atol: 1e-6 }
const float16: Tolerance = { rtol: 5e-3, atol: 5e-3 }
/** TensorFlow rounds constants of many float64 layers to float32. */
const float64: Tolerance = { rtol: 1e-6, atol: 1e-6 }
const bfloat16: Tolerance = { rtol: 4e-2, atol: 4e-2 }

/** The bound that a model's dtype policies allow: that of its coarsest layer, or of weights stored narrower. */
export function toleranceOf(model: Pick<Model, 'layers' | 'tensors'>): Tolerance {
  const computed = new Set<DType | undefined>(model.layers.map((layer) => layer.computeDtype))
  if (computed.has('bfloat16')) return bfloat16
  const isNarrowed = model.tensors.some(({ storedFrom }) => storedFrom !== undefined)
  if (isNarrowed || computed.has('float16')) return float16
  return computed.size === 1 && computed.has('float64') ? float64 : float32
}
