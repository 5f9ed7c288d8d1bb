import type { Layer, Model } from '@dotplus/core'

import type { HostPart } from '../lower/host-part.ts'
import type { LayerSet } from '../lower/layer-set.ts'
import { calledLayers } from '../model/called-layers.ts'
import { heldAs } from '../model/input-dtype.ts'

/** Dtypes that the layers of every set work with. */
const common: ReadonlySet<string | undefined> = new Set([
  undefined,
  'float32',
  'int32',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'bool',
  'string',
])

/** Kinds that the graph walk itself runs, and functions. */
const structural: ReadonlySet<string> = new Set(['input', 'submodel', 'op'])

/** Dtypes that only move and convert without the host part. */
const narrow: ReadonlySet<string | undefined> = new Set(['int8', 'uint8', 'int16', 'uint16'])

/** Function nodes and rare dtypes, for a model that has any; undefined for others. */
export async function hostPartOf(
  model: Model,
  lowerings: LayerSet['lowerings'],
): Promise<HostPart | undefined> {
  const { graph } = model
  const inputs = graph?.inputs.map((port) => heldAs(model, graph, port)) ?? []
  const layers = [...calledLayers(model)].flatMap((index) => model.layers[index] ?? [])
  const isRare = ({ kind }: Layer): boolean =>
    kind !== undefined && !structural.has(kind) && !(kind in lowerings)
  const needed =
    inputs.some((dtype) => !common.has(dtype)) ||
    layers.some((layer) => {
      if (layer.kind === undefined || layer.kind === 'input') return false
      if (layer.kind === 'op' || !common.has(layer.computeDtype) || isRare(layer)) return true
      const meets = layer.kind === 'merge' || layer.kind === 'concatenate'
      if (meets && inputs.some((dtype) => narrow.has(dtype))) return true
      return lowerings[layer.kind]?.needsHost === true
    })
  if (!needed) return undefined
  const { hostPart } = await import('./host-part.ts')
  if (!layers.some(isRare)) return hostPart
  const { rareLayers } = await import('./rare-layers.ts')
  return { ...hostPart, layers: rareLayers }
}
