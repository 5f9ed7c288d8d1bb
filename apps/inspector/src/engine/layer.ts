import { elementsOf, weightsOf, type StoredTensor } from '@dotplus/core'
import { formatShape, layerParameters, layerSettings, tensorStatistics } from '@dotplus/inspect'
import type { Session } from './open.ts'
import { kernelPicture } from './picture.ts'
import type { LayerDetail, WeightDetail } from './protocol.ts'

/** Settings and weights of a layer. */
export function describeLayer({ model, shapes, opened }: Session, name: string): LayerDetail {
  const index = model.layers.findIndex((layer) => layer.name === name)
  const layer = model.layers[index]
  if (!layer) throw new RangeError(`no layer ${name}`)
  const weights = [...weightsOf(layer)]
  const roles = new Set(weights.map(({ field }) => field.split('.')[0]))
  return {
    name,
    className: layer.className,
    dtype: layer.computeDtype ?? 'float32',
    shape: shapes.get(name)?.map(formatShape).join(' ') ?? '',
    parameters: layerParameters(model, index).count,
    settings: layerSettings(layer, (setting) => roles.has(setting)),
    connectedTo: opened.summary.layers.find((entry) => entry.name === name)?.connectedTo ?? [],
    weights: weights.flatMap(({ field, index: tensor }) => {
      const stored = model.tensors[tensor]
      return stored ? [describeWeight(field, tensor, stored)] : []
    }),
  }
}

function describeWeight(role: string, tensor: number, stored: StoredTensor): WeightDetail {
  const values = numbersOf(stored)
  return {
    role,
    tensor,
    shape: stored.shape,
    dtype: stored.dtype ?? 'float32',
    statistics: values && tensorStatistics(values),
    picture: values && kernelPicture(values, stored.shape),
  }
}

/** Elements as numbers; undefined for strings and dtypes that no typed array holds. */
function numbersOf(stored: StoredTensor): ArrayLike<number> | undefined {
  if (stored.dtype === 'string') return undefined
  try {
    const elements = elementsOf(stored)
    return elements instanceof BigInt64Array || elements instanceof BigUint64Array
      ? Array.from(elements, Number)
      : elements
  } catch {
    return undefined
  }
}
