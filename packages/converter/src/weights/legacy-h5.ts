import { FormatError, ModelError } from '@dotplus/core'
import { openGroup, openPath, type Hdf5Group } from '../binary/hdf5/hdf5.ts'
import type { LazyArray } from '../array.ts'
import type { Problems } from '../problems.ts'
import {
  boundByPath,
  nothingBound,
  pairSlots,
  type BoundWeights,
  type StoredWeight,
  type WeightStore,
} from './bound-weights.ts'
import { isKnown, slotsInLegacyOrder, type PlacedSlot, type WeightChild } from './weight-tree.ts'

/** Weights of the whole model that belong to no layer. */
const topLevel = 'top_level_model_weights'
/** States of random generators, which Keras 2 lists among a layer's weights. */
const generatorState = /(^|\/)(StateVar|seed_generator_state|state_var)(_\d+)?$/i

/** True when a group is laid out as `model.save_weights('x.h5')` of Keras 1 and 2 does. */
export function isLegacyWeights(group: Hdf5Group): boolean {
  return group.attributes.has('layer_names') || group.attributes.has('layer_names0')
}

/**
 * The weights of `.h5` files: one group per layer, its variables listed in `weight_names`.
 *
 * @see keras/src/legacy/saving/legacy_h5_format.py
 */
export function legacyH5Store(root: Hdf5Group, file: string): WeightStore {
  return {
    bind: async (model, problems) => {
      const names = readNames(root, 'layer_names', file)
      const byName = new Map<string, StoredWeight[]>()
      for (const name of names) byName.set(name, await readLayer(root, name, file))
      const turned = isOfTheano(root, byName)
      const children = new Map<string, BoundWeights>()
      for (const { child, stored } of matchLayers(model.children, byName)) {
        children.set(child.key, bindLayer(child, stored, turned, { file, problems }))
      }
      return { own: new Map(), children }
    },
  }
}

/** A list of names, which is split over `name0`, `name1`, … when it is larger than an attribute may be. */
function readNames(group: Hdf5Group, attribute: string, file: string): string[] {
  const whole = group.attributes.get(attribute)
  if (whole) return [...(whole.strings ?? [])]
  const names: string[] = []
  for (let part = 0; ; part++) {
    const piece = group.attributes.get(`${attribute}${part}`)
    if (!piece) {
      if (part > 0) return names
      throw new FormatError(`the HDF5 file has no ${attribute}`, {
        file,
        place: group.path || '/',
        hint: 'It was not written by Keras',
      })
    }
    names.push(...(piece.strings ?? []))
  }
}

async function readLayer(root: Hdf5Group, layer: string, file: string): Promise<StoredWeight[]> {
  // Layer names may hold a "/", which is a path of groups then.
  const group = await openPath(root, layer)
  if (group?.kind !== 'group') {
    throw new FormatError('the HDF5 file lists a layer it does not hold', { file, place: layer })
  }
  const stored: StoredWeight[] = []
  for (const path of readNames(group, 'weight_names', file)) {
    const name = variableName(path)
    if (generatorState.test(path.replace(/:\d+$/, ''))) continue
    const dataset = await openPath(group, path)
    if (dataset?.kind !== 'dataset') {
      throw new FormatError('the HDF5 file lists a weight it does not hold', {
        file,
        place: `${layer}/${path}`,
      })
    }
    stored.push({ path: dataset.path, name, array: dataset })
  }
  return stored
}

/** "dense/kernel:0" and "model/dense/kernel" are "kernel"; Keras 1 writes "dense_1_W". */
function variableName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/:\d+$/, '')
}

/** Keras 2 names its backend; of Keras 1 only Theano writes names without ":0". */
function isOfTheano(
  root: Hdf5Group,
  layers: ReadonlyMap<string, readonly StoredWeight[]>,
): boolean {
  const backend = root.attributes.get('backend')?.strings?.[0]
  if (backend !== undefined) return backend === 'theano'
  return [...layers.values()].flat().some(({ path }) => !/:\d+$/.test(path))
}

/** Layers by name; where names differ but as many layers have weights, by order, as Keras loads them. */
function matchLayers(
  layers: readonly WeightChild[],
  stored: ReadonlyMap<string, StoredWeight[]>,
): { child: WeightChild; stored: readonly StoredWeight[] }[] {
  const withWeights = layers.filter(({ node }) => slotsInLegacyOrder(node).length > 0)
  const filled = [...stored].filter(([name, weights]) => weights.length > 0 && name !== topLevel)
  const allNamed = withWeights.every(({ key }) => stored.has(key))
  if (!allNamed && filled.length === withWeights.length) {
    return withWeights.map((child, index) => ({ child, stored: filled[index]?.[1] ?? [] }))
  }
  return layers.map((child) => ({ child, stored: stored.get(child.key) ?? [] }))
}

function bindLayer(
  child: WeightChild,
  stored: readonly StoredWeight[],
  turned: boolean,
  { file, problems }: { readonly file: string; readonly problems: Problems },
): BoundWeights {
  if (!isKnown(child.node)) return nothingBound
  const placed = slotsInLegacyOrder(child.node)
  if (placed.length === 0) {
    if (stored.length > 0) {
      problems.add(
        new ModelError('more weights than the layer has', {
          file,
          layer: child.key,
          expected: 'none',
          got: `${stored.length}`,
        }),
      )
    }
    return nothingBound
  }
  const where = { file, layer: child.key, place: 'weight_names' }
  const slots = placed.map(({ slot }) => slot)
  const found = new Map<PlacedSlot, LazyArray>()
  for (const [index, weight] of pairSlots(slots, stored, where, problems).entries()) {
    if (weight) found.set(placed[index] as PlacedSlot, weight.array)
  }
  return boundByPath(
    child.node,
    new Map([...found].map(([slot, array]) => [slot.path, array])),
    turned,
  )
}

/** The group that holds the weights: `model_weights` of a whole model, the root of a weights file. */
export async function legacyWeightsGroup(root: Hdf5Group): Promise<Hdf5Group | undefined> {
  const inner = await openGroup(root, 'model_weights')
  if (inner) return inner
  return isLegacyWeights(root) ? root : undefined
}
