import { UnsupportedError, type Layer, type Value as GraphValue } from '@dotplus/core'

import { opTable, type OpEntry } from '../host/ops/table.ts'
import { cast } from './cast.ts'
import { unsupported, type CallArguments, type Lowering } from './context.ts'
import { withTensors } from './call.ts'
import { OpArguments, type OpDefinition } from './ops/arguments.ts'
import { withKnownSizes } from './ops/size-arguments.ts'

/** The half dtype of all tensors of a call, if they have one. */
function commonHalf({ tensors }: CallArguments): 'float16' | 'bfloat16' | undefined {
  const dtype = tensors[0]?.dtype
  const half = dtype === 'float16' || dtype === 'bfloat16' ? dtype : undefined
  return tensors.every((value) => value.dtype === dtype) ? half : undefined
}

type Signature = Pick<OpDefinition, 'parameters' | 'settings'>

function isKnown({ parameters, settings = [] }: Signature, name: string): boolean {
  return parameters.includes(name) || settings.includes(name)
}

/** A node's own dtype policy, which says nothing about its function. */
function saysFloat32(name: string, value: GraphValue): boolean {
  return name === 'dtype' && value.kind === 'text' && value.text === 'float32'
}

function takesSettings(definition: Signature, layer: Layer): boolean {
  const attributes = layer.kind === 'op' ? layer.op.attributes : []
  return attributes.every(
    ({ name, value }) =>
      value === undefined ||
      value.kind === 'none' ||
      isKnown(definition, name) ||
      saysFloat32(name, value),
  )
}

/** Function nodes: float32 in WebAssembly where the function has a way there, anything else in the general one. */
export const opLayer: Lowering<OpEntry> = {
  anyDtype: true,
  prepare(layer) {
    if (layer.kind !== 'op') throw unsupported(layer, 'layer', layer.className)
    const { name, attributes } = layer.op
    const entry = Object.hasOwn(opTable, name) ? opTable[name] : undefined
    if (!entry) throw unsupported(layer, 'the function keras.ops', name)
    for (const { name: setting, value } of attributes) {
      if (value === undefined || value.kind === 'none') continue
      if (!isKnown(entry, setting) && !saysFloat32(setting, value))
        throw unsupported(layer, `a setting of ${name}`, setting)
    }
    return entry
  },
  lower(context, entry, given, layer) {
    const call = withKnownSizes(context, nameOf(layer), entry.parameters, given)
    const half = commonHalf(call)
    const { float32 } = entry
    const widened =
      half && entry.convertsNumbers && call.operands.some((each) => each.number !== undefined)
    const plain = half ? !widened : call.tensors.every(({ dtype }) => dtype === 'float32')
    if (float32 && plain && takesSettings(float32, layer)) {
      const own = half ? withTensors(call, (value) => cast(context, value, 'float32')) : call
      try {
        return float32
          .lower(context, layer, new OpArguments(float32, own, layer))
          .map((value) => (half && value.dtype === 'float32' ? cast(context, value, half) : value))
      } catch (error) {
        // What it declines the general way may take.
        if (!(error instanceof UnsupportedError) || !entry.general) throw error
      }
    }
    if (entry.general) return entry.general(context, layer, new OpArguments(entry, call, layer))
    throw unsupported(layer, `keras.ops.${nameOf(layer)} of`, dtypesOf(call))
  },
}

function nameOf(layer: Layer): string {
  return layer.kind === 'op' ? layer.op.name : layer.className
}

function dtypesOf({ tensors }: CallArguments): string {
  return tensors.map(({ dtype }) => dtype).join(', ') || 'no tensors'
}
