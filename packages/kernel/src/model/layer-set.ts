import type { Model } from '@dotplus/core'

import { denseLayers } from '../lower/dense-layers.ts'
import type { LayerSet } from '../lower/layer-set.ts'
import { calledLayers } from './called-layers.ts'

/** The smallest set of layers that a model runs with. */
export async function layerSetOf(model: Model): Promise<LayerSet> {
  const isDense = [...calledLayers(model)].every((index) => {
    const layer = model.layers[index]
    if (layer?.kind === 'input')
      return layer.input.dtype === undefined || layer.input.dtype === 'float32'
    if (layer?.computeDtype !== undefined && layer.computeDtype !== 'float32') return false
    if (layer?.kind === 'dense' && layer.dense.quantization) return false
    return (
      layer?.kind === 'submodel' ||
      (layer?.kind !== undefined && layer.kind in denseLayers.lowerings)
    )
  })
  return isDense ? denseLayers : (await import('../lower/registry.ts')).allLayers
}
