import { tableOf, type Message } from '../codec/message.ts'
import type { LayerIndex } from './graph.ts'
import type { Layer } from './layer.ts'
import type { TensorIndex } from './tensor.ts'

/** One weight of a layer: the field that holds it, e.g. `kernel` or `cells[0].bias`, and its tensor. */
export interface WeightReference {
  readonly field: string
  readonly index: TensorIndex
}

/** One layer that another one wraps. */
export interface LayerReference {
  readonly field: string
  readonly index: LayerIndex
}

/** Messages that go by the name of the argument they are the value of. */
const isValue = /^(Argument|Value)/

/** The fields of a message, and of those it holds, that the schema says are indices of `target`. */
function* indicesIn(
  type: string,
  message: Message,
  target: 'tensor' | 'layer',
  path: string,
): Generator<{ field: string; index: number }> {
  const named = (name: string): string => (path === '' ? name : `${path}.${name}`)
  for (const field of tableOf(type).fields) {
    if (field.type !== target && !field.isMessage) continue
    const given = message[field.name] ?? []
    const items = field.repeated ? (given as readonly unknown[]) : [given].flat()
    for (const [number, item] of items.entries()) {
      const own = field.repeated ? `${field.name}[${number}]` : field.name
      const place = isValue.test(type) ? path : named(own)
      if (!field.isMessage) yield { field: place, index: item as number }
      else if (field.type === 'Argument')
        yield* indicesIn(
          field.type,
          item as Message,
          target,
          named((item as Message).name as string),
        )
      else yield* indicesIn(field.type, item as Message, target, place)
    }
  }
}

/** Submodels refer to tensors and layers in their graph alone. */
function* indicesOf(layer: Layer, target: 'tensor' | 'layer'): Generator<WeightReference> {
  const { kind } = layer
  if (kind === undefined || kind === 'submodel') return
  const held = tableOf('Layer').named(kind)
  if (held) yield* indicesIn(held.type, (layer as unknown as Message)[kind] as Message, target, '')
}

/** Every tensor a layer definition refers to, in the order of its fields. */
export function weightsOf(layer: Layer): Generator<WeightReference> {
  return indicesOf(layer, 'tensor')
}

/** Every layer that a layer definition wraps, in the order of its fields. Submodels hold theirs in their graph. */
export function wrappedLayersOf(layer: Layer): Generator<LayerReference> {
  return indicesOf(layer, 'layer')
}
