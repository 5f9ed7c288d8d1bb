import type { LazyArray } from '../array.ts'
import type { StoredForm } from '../keras/dialects.ts'
import type { LayerSpec } from '../keras/model-spec.ts'
import { cudnnLayout } from './cudnn.ts'
import { reshaped, sideBySide, transposed, turnedAround } from './rearranged.ts'
import type { StoredLayout, WeightNode, WeightSlot } from './weight-tree.ts'

/** In which order Keras 1 keeps the gates of a cell, and in which order later ones do. */
const gateOrders = {
  LSTM: { stored: ['i', 'c', 'f', 'o'], wanted: ['i', 'f', 'c', 'o'] },
  ConvLSTM2D: { stored: ['i', 'c', 'f', 'o'], wanted: ['i', 'f', 'c', 'o'] },
  GRU: { stored: ['z', 'r', 'h'], wanted: ['z', 'r', 'h'] },
} as const

/** Layers whose kernels Theano takes turned around; those of separable convolutions are stored the same by all. */
const turnedClasses = /^(Conv(olution)?[123]D(Transpose)?|ConvLSTM[123]D)$/

/** Turns one variable as it is stored into what Keras 3 has, but for the order of spatial places. */
interface Rearrangement {
  /** From the shape of Keras 3 to the stored one. */
  shape(shape: NonNullable<WeightSlot['shape']>): NonNullable<WeightSlot['shape']>
  array(array: LazyArray): LazyArray
}

const unchanged: Rearrangement = { shape: (shape) => shape, array: (array) => array }

/** The variables of a layer, told how files before Keras 3 hold them. */
export function withStoredLayout(
  node: WeightNode,
  { className, storedForm = {} }: Pick<LayerSpec, 'className' | 'storedForm'>,
  kerasMajor: number,
): WeightNode {
  if (kerasMajor >= 3) return node
  if (node.own.length === 0) {
    // Recurrent layers: the variables belong to the cell.
    const children = node.children.map((child) =>
      child.key === 'cell' && child.node.own.length > 0
        ? { ...child, node: { ...child.node, ...storedBy(child.node.own, className, storedForm) } }
        : child,
    )
    return { ...node, children }
  }
  return { ...node, ...storedBy(node.own, className, storedForm) }
}

function storedBy(
  own: readonly WeightSlot[],
  className: string,
  form: StoredForm,
): { stored?: StoredLayout } {
  if (form.cudnn) return { stored: cudnnLayout(own) }
  const turns = turnedClasses.test(className)
  if (!turns && form.kernel === undefined && form.gates === undefined) return {}
  const gates =
    form.gates && className in gateOrders
      ? gateOrders[className as keyof typeof gateOrders]
      : undefined
  const rearrangements = new Map(
    own.map((slot) => [slot.name, rearrangementOf(slot, className, form)]),
  )
  const stored = (slot: WeightSlot, gate: string | undefined): WeightSlot => {
    const parts = gate === undefined ? 1 : (gates?.stored.length ?? 1)
    const shape = slot.shape?.with(-1, divided(slot.shape.at(-1), parts))
    const { name } = slot
    return {
      ...slot,
      name: gate === undefined ? name : `${name}_${gate}`,
      shape: shape && (rearrangements.get(name) ?? unchanged).shape(shape),
    }
  }
  return {
    stored: {
      slots: gates
        ? gates.stored.flatMap((gate) => own.map((slot) => stored(slot, gate)))
        : own.map((slot) => stored(slot, undefined)),
      assemble(found, turned) {
        const result = new Map<string, LazyArray>()
        for (const { name, shape } of own) {
          const names = gates ? gates.wanted.map((gate) => `${name}_${gate}`) : [name]
          const parts = names.flatMap((each) => found.get(each) ?? [])
          if (parts.length < names.length) continue
          const change = rearrangements.get(name) ?? unchanged
          const [first, ...more] = parts.map((part) => change.array(part))
          const whole = more.length > 0 ? sideBySide([first as LazyArray, ...more]) : first
          if (!whole) continue
          const spatial = (shape?.length ?? 0) - 2
          result.set(name, turned && turns && spatial > 0 ? turnedAround(whole, spatial) : whole)
        }
        return result
      },
    },
  }
}

function divided(size: number | undefined, parts: number): number | undefined {
  return size === undefined ? undefined : size / parts
}

/** How a kernel lies in the file; anything else lies as ever. */
function rearrangementOf(
  { name, shape }: WeightSlot,
  className: string,
  { kernel }: StoredForm,
): Rearrangement {
  const rank = shape?.length ?? 0
  if (!name.endsWith('kernel') || rank < 3 || kernel === undefined) return unchanged
  if (kernel === 'one_row') {
    return {
      shape: ([length, ...rest]) => [length, 1, ...rest],
      array: (array) =>
        array.shape.length === 4 ? reshaped(array, array.shape.toSpliced(1, 1)) : array,
    }
  }
  const spatial = Array.from({ length: rank - 2 }, (_, axis) => axis)
  const transpose = className.endsWith('Transpose')
  // The order of axes: [rows, columns, channels, filters] of Keras 3, by where the file has them.
  const order =
    kernel === 'filters_first'
      ? [...spatial.map((axis) => axis + 2), ...(transpose ? [0, 1] : [1, 0])]
      : [...spatial, ...(transpose ? [rank - 1, rank - 2] : [rank - 2, rank - 1])]
  return {
    shape: (wanted) => Array.from({ length: rank }, (_, axis) => wanted[order.indexOf(axis)]),
    array: (array) => (array.shape.length === rank ? transposed(array, order) : array),
  }
}
