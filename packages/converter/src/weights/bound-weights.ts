import { ModelError } from '@dotplus/core'
import { describeShape, type LazyArray } from '../array.ts'
import type { Problems } from '../problems.ts'
import type { WeightNode, WeightSlot } from './weight-tree.ts'

/** Variables found for a layer, and for the layers inside it by key. */
export interface BoundWeights {
  readonly own: ReadonlyMap<string, LazyArray>
  readonly children: ReadonlyMap<string, BoundWeights>
}

export const nothingBound: BoundWeights = { own: new Map(), children: new Map() }

/** A file of weights, matched with the tree of variables that the model's config asks for. */
export interface WeightStore {
  /** The variables of a whole model: children by layer name. Everything missing or misshapen goes to `problems`. */
  bind(model: WeightNode, problems: Problems): Promise<BoundWeights>
}

/** A weight store of a model that is read without its weights, to look at its layers. */
export const emptyStore: WeightStore = { bind: () => Promise.resolve(nothingBound) }

/** A variable as a file has it. */
export interface StoredWeight {
  /** Where in the file, for errors. */
  readonly path: string
  /** The variable's own name, where the file has one. */
  readonly name: string | undefined
  readonly array: LazyArray
}

/**
 * Pairs the variables a layer has with those a file holds, both in Keras's order.
 *
 * Optional slots take part as far as the file holds more than the required ones, those first whose name the file has.
 */
export function pairSlots(
  slots: readonly WeightSlot[],
  stored: readonly StoredWeight[],
  where: { readonly file: string; readonly layer: string; readonly place: string },
  problems: Problems,
): (StoredWeight | undefined)[] {
  const required = slots.filter((slot) => !slot.optional).length
  let spare = stored.length - required
  if (spare < 0 || spare > slots.length - required) {
    problems.add(
      new ModelError('number of weights', {
        ...where,
        expected: `${slots.length === required ? required : `${required} to ${slots.length}`} (${slots.map(({ name }) => name).join(', ') || 'none'})`,
        got: `${stored.length}${stored.length > 0 ? ` (${stored.map(describeStored).join(', ')})` : ''}`,
      }),
    )
    return slots.map(() => undefined)
  }
  const names = new Set(stored.map(({ name }) => name))
  const named = slots.filter((slot) => slot.optional && names.has(slot.name)).length
  let next = 0
  return slots.map((slot) => {
    if (slot.optional) {
      if (spare === 0 || (named === spare && !names.has(slot.name))) return undefined
      spare -= 1
    }
    const found = stored[next++]
    if (found) checkShape(slot, found, where, problems)
    return found
  })
}

function describeStored({ name, path, array }: StoredWeight): string {
  return `${name ?? path.slice(path.lastIndexOf('/') + 1)} ${describeShape(array.shape)}`
}

/** Adds a problem when a stored variable has not the shape that the layer's settings ask for. */
export function checkShape(
  slot: WeightSlot,
  stored: Pick<StoredWeight, 'path' | 'array'>,
  where: { readonly file: string; readonly layer: string },
  problems: Problems,
): void {
  const { shape } = slot
  if (!shape) return
  const got = stored.array.shape
  if (
    shape.length === got.length &&
    shape.every((size, axis) => size === undefined || size === got[axis])
  )
    return
  problems.add(
    new ModelError(`shape of ${slot.name}`, {
      ...where,
      place: stored.path,
      expected: `(${shape.map((size) => size ?? 'any').join(', ')})`,
      got: describeShape(got),
    }),
  )
}

/**
 * Variables given by path ("cell/kernel"), arranged as the layer's tree.
 *
 * @param turned kernels are turned around, as Theano takes them
 */
export function boundByPath(
  node: WeightNode,
  found: ReadonlyMap<string, LazyArray>,
  turned = false,
  prefix = '',
): BoundWeights {
  const own = new Map<string, LazyArray>()
  for (const slot of node.stored?.slots ?? node.own) {
    const array = found.get(prefix + slot.name)
    if (array) own.set(slot.name, array)
  }
  const children = new Map(
    node.children.map((child) => [
      child.key,
      boundByPath(child.node, found, turned, `${prefix}${child.key}/`),
    ]),
  )
  return { own: node.stored?.assemble(own, turned) ?? own, children }
}
