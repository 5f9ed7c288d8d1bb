import { ModelError } from '@dotplus/core'
import { slotsInOrder, type WeightNode } from '../weights/weight-tree.ts'
import { describeNamed, type NamedArray } from './array-group.ts'
import { readArrayName, type ArrayName } from './array-names.ts'
import { naturalOrder } from './natural-order.ts'

/** A layer of the spec that has variables. */
export interface LayerToFill {
  readonly name: string
  readonly named: boolean
  readonly weights: WeightNode
  /** A Dense layer whose spec does not say whether it has a bias. */
  readonly biasOptional: boolean
}

/** The arrays of one layer by path of the variable: "kernel", "cell/recurrent_kernel". */
export interface FilledLayer {
  /** The layer's name in the arrays' own names: "L1"; undefined where they have none. */
  readonly arraysName: string | undefined
  readonly arrays: ReadonlyMap<string, NamedArray>
}

/**
 * Gives every layer its arrays: by their names ("L1_weights", "L1_bias") where all have one, else in order.
 *
 * @throws {ModelError} when they are too few or too many, naming what is left over or missing
 */
export function pairArrays(
  layers: readonly LayerToFill[],
  arrays: readonly NamedArray[],
  file: string,
): FilledLayer[] {
  const named = arrays.map((array) => ({
    array,
    name: array.name === undefined ? undefined : readArrayName(array.name),
  }))
  if (
    named.every(
      (entry): entry is { array: NamedArray; name: ArrayName } => entry.name !== undefined,
    )
  ) {
    return pairByName(layers, named, file)
  }
  return pairByOrder(
    layers,
    arrays.toSorted((a, b) => naturalOrder(a.name ?? '', b.name ?? '')),
    file,
  )
}

function pairByName(
  layers: readonly LayerToFill[],
  arrays: readonly { readonly array: NamedArray; readonly name: ArrayName }[],
  file: string,
): FilledLayer[] {
  const groups = new Map<string, Map<string, NamedArray>>()
  for (const { array, name } of arrays) {
    const group = groups.get(name.layer) ?? new Map<string, NamedArray>()
    const before = group.get(name.variable)
    if (before)
      throw new ModelError(`two arrays for the ${name.variable} of ${name.layer}`, {
        file,
        got: `${before.place} and ${array.place}`,
      })
    groups.set(name.layer, group.set(name.variable, array))
  }
  const order = [...groups.keys()].toSorted(naturalOrder)
  const byOwnName = layers.every((layer) => layer.named && groups.has(layer.name))
  if (groups.size !== layers.length) {
    throw new ModelError('number of layers with weights', {
      file,
      expected: `${layers.length} as in the spec (${layers.map(({ name }) => name).join(', ')})`,
      got: `${groups.size} in the arrays (${order.join(', ')})`,
    })
  }
  return layers.map((layer, index) => {
    const key = byOwnName ? layer.name : (order[index] as string)
    const group = groups.get(key) as Map<string, NamedArray>
    const filled = new Map<string, NamedArray>()
    for (const { path, slot } of slotsInOrder(layer.weights)) {
      const array = group.get(slot.name)
      group.delete(slot.name)
      if (array) filled.set(path, array)
      else if (!slot.optional && !(layer.biasOptional && slot.name === 'bias')) {
        throw new ModelError(`no array for the ${slot.name} of ${key}`, {
          file,
          got: [...filled.values()].map(describeNamed).join(', ') || 'none',
        })
      }
    }
    const [left] = group.values()
    if (left)
      throw new ModelError(`an array that layer ${layer.name} has no place for`, {
        file,
        got: describeNamed(left),
      })
    // Digits alone are an order, not a name.
    return { arraysName: /^\d*$/.test(key) ? undefined : key, arrays: filled }
  })
}

function pairByOrder(
  layers: readonly LayerToFill[],
  arrays: readonly NamedArray[],
  file: string,
): FilledLayer[] {
  let next = 0
  const filledLayers = layers.map((layer): FilledLayer => {
    const filled = new Map<string, NamedArray>()
    for (const { path, slot } of slotsInOrder(layer.weights)) {
      const array = arrays[next]
      if (slot.optional) continue
      // A kernel follows where a bias would be: the layer has none.
      if (slot.name === 'bias' && layer.biasOptional && array?.array.shape.length !== 1) continue
      if (!array) {
        throw new ModelError('too few arrays', {
          file,
          layer: layer.name,
          expected: `an array for ${slot.name}`,
          got: `${arrays.length} arrays in all`,
        })
      }
      filled.set(path, array)
      next += 1
    }
    return { arraysName: undefined, arrays: filled }
  })
  if (next < arrays.length) {
    throw new ModelError('too many arrays', {
      file,
      expected: `${next} for the layers of the spec`,
      got: `${arrays.length}, the first left over is ${describeNamed(arrays[next] as NamedArray)}`,
    })
  }
  return filledLayers
}
