import type { Composed } from '../custom/compose.ts'
import { snakeCase } from '../keras/snake-case.ts'
import type { WeightChild, WeightNode } from '../weights/weight-tree.ts'
import type { PlannedLayer } from './planned-layer.ts'

/** The variables of a composed layer: those of its class, then those of the layers it keeps under attributes. */
export function composedWeights(
  { own, homes }: Composed,
  layers: readonly PlannedLayer[],
  trainable: boolean,
): WeightNode {
  const slots = new Map(own.map((slot) => [slot.name, slot]))
  const children: WeightChild[] = []
  const groupName = classNumbering()
  for (const { spec, body, weights } of layers) {
    const home = homes.get(spec.name)
    if (body.type === 'op' || home === undefined) continue
    if (typeof home === 'string') {
      const group = groupName(spec.className)
      // Keras walks attributes by name, and a model has one, `layers`, that comes before the later ones.
      children.push({ key: spec.name, paths: [home, `layers/${group}`], node: weights })
      continue
    }
    // The layer knows what shape the variables have that it is given.
    for (const [name, { weight }] of Object.entries(home)) {
      const slot = slots.get(weight)
      const shape = weights.own.find((each) => each.name === name)?.shape
      if (slot) slots.set(weight, { ...slot, shape: slot.shape ?? shape })
    }
  }
  return { own: [...slots.values()], children, trainable }
}

/**
 * The variables of a model: its layers under their class names, numbered in order. Op nodes are no layers, and the input
 * that Keras makes up for a Sequential model is not listed.
 */
export function modelWeights(layers: readonly PlannedLayer[], trainable: boolean): WeightNode {
  const children: WeightChild[] = []
  const groupName = classNumbering()
  for (const { spec, body, weights } of layers) {
    if (body.type === 'op' || spec.implicit) continue
    const pythonName = body.type === 'layer' ? body.converter.pythonName : undefined
    const group = groupName(pythonName ?? spec.className)
    if (spec.isWholeModel) {
      children.push({ key: spec.name, paths: [''], node: weights })
      continue
    }
    children.push({
      key: spec.name,
      // Keras 2.12 to 2.15 kept layers under the second name.
      paths: [`layers/${group}`, `_layer_checkpoint_dependencies/${group}`],
      layerName: spec.name,
      node: weights,
    })
  }
  return { own: [], children, trainable }
}

/** Names of groups in a list of layers: the class in snake case, numbered from its second layer on. */
function classNumbering(): (className: string) => string {
  const counts = new Map<string, number>()
  return (className) => {
    const name = snakeCase(className)
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    return count === 0 ? name : `${name}_${count}`
  }
}
