import type { LazyArray } from '../array.ts'

/** One variable a layer owns, in the order Keras creates it. */
export interface WeightSlot {
  /** Keras's name of the variable: "kernel", "gamma". */
  readonly name: string
  /** What its shape has to be; undefined where any size will do. */
  readonly shape?: readonly (number | undefined)[] | undefined
  /** False for statistics and counters, which old files list after all trainable variables. */
  readonly trainable: boolean
  /** Only some versions or settings of the layer store it. */
  readonly optional: boolean
  /** A name of its own in `.weights.h5`, where it is not numbered. */
  readonly key?: string
  /** Stored twice in `.weights.h5`: here and in the layer inside, where it is read. Old files have it once. */
  readonly repeated?: boolean
}

/** How a file of an older Keras holds the variables of a node, where that differs. */
export interface StoredLayout {
  readonly slots: readonly WeightSlot[]
  /**
   * The node's variables from those of `slots`.
   *
   * @param turned the file's kernels are turned around, as Theano takes them
   */
  assemble(found: ReadonlyMap<string, LazyArray>, turned: boolean): Map<string, LazyArray>
}

/** What a layer stores: its own variables, trainable ones first, then those of the layers inside it. */
export interface WeightNode {
  readonly own: readonly WeightSlot[]
  readonly children: readonly WeightChild[]
  /** False: old files list all variables below as not trainable. */
  readonly trainable: boolean
  readonly stored?: StoredLayout
  /** The layer is of no known kind, which has been reported: what it stores is not known either. */
  readonly isUnknown?: true
}

export interface WeightChild {
  /** By which the layer's converter asks for it. */
  readonly key: string
  /** Paths below the parent in `.weights.h5`, the newest spelling first. */
  readonly paths: readonly string[]
  /** The layer's own name, where the file can confirm it. */
  readonly layerName?: string
  readonly node: WeightNode
}

export const noWeights: WeightNode = { own: [], children: [], trainable: true }

/** Of a layer of no known kind. */
export const unknownWeights: WeightNode = { ...noWeights, isUnknown: true }

/** True when all variables of a layer are known, those of the layers inside it too. */
export function isKnown(node: WeightNode): boolean {
  return node.isUnknown !== true && node.children.every((child) => isKnown(child.node))
}

/** A trainable variable. */
export function weight(name: string, shape?: readonly (number | undefined)[]): WeightSlot {
  return { name, shape, trainable: true, optional: false }
}

/** A variable that training does not change by gradients. */
export function statistic(name: string, shape?: readonly (number | undefined)[]): WeightSlot {
  return { name, shape, trainable: false, optional: false }
}

/** The slot, marked as one that may be missing. */
export function optional(slot: WeightSlot): WeightSlot {
  return { ...slot, optional: true }
}

/** The slots that are there; `false` stands for one that the settings rule out. */
export function ownWeights(...slots: readonly (WeightSlot | false)[]): WeightNode {
  return {
    own: slots.filter((slot): slot is WeightSlot => slot !== false),
    children: [],
    trainable: true,
  }
}

/** The same variables, whatever their shapes are. */
export function ofAnyShape(node: WeightNode): WeightNode {
  const { stored, ...rest } = node
  return {
    ...rest,
    own: node.own.map((slot) => ({ ...slot, shape: undefined })),
    children: node.children.map((child) => ({ ...child, node: ofAnyShape(child.node) })),
    ...(stored && {
      stored: { ...stored, slots: stored.slots.map((slot) => ({ ...slot, shape: undefined })) },
    }),
  }
}

/** A variable with where it is below the layer: "cell/kernel". */
export interface PlacedSlot {
  readonly slot: WeightSlot
  readonly path: string
  readonly trainable: boolean
}

/** All variables of a layer in the order of `layer.weights`. */
export function slotsInOrder(root: WeightNode): PlacedSlot[] {
  const all: PlacedSlot[] = []
  const visit = (node: WeightNode, prefix: string, trainable: boolean): void => {
    const active = trainable && node.trainable
    for (const slot of node.stored?.slots ?? node.own)
      all.push({ slot, path: prefix + slot.name, trainable: active && slot.trainable })
    for (const child of node.children) visit(child.node, `${prefix}${child.key}/`, active)
  }
  visit(root, '', true)
  return all
}

/**
 * All variables of a layer in the order of `layer.trainable_weights + layer.non_trainable_weights`, in which old files
 * list them.
 */
export function slotsInLegacyOrder(root: WeightNode): PlacedSlot[] {
  const all = slotsInOrder(root).filter(({ slot }) => !slot.repeated)
  return [...all.filter(({ trainable }) => trainable), ...all.filter(({ trainable }) => !trainable)]
}
