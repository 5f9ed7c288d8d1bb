import { unsupported, type Lowering } from './context.ts'
import { OpArguments, type OpDefinition } from './ops/arguments.ts'
import { contractionOps } from './ops/contraction.ts'
import { elementwiseOps } from './ops/elementwise.ts'
import { networkOps } from './ops/network.ts'
import { reductionOps } from './ops/reduction.ts'
import { repetitionOps } from './ops/repetition.ts'
import { shapeOps } from './ops/shape.ts'
import { slicingOps } from './ops/slicing.ts'

/** Functions of keras.ops by the name an op node has. */
const definitions: Readonly<Record<string, OpDefinition>> = {
  ...elementwiseOps,
  ...reductionOps,
  ...contractionOps,
  ...shapeOps,
  ...repetitionOps,
  ...slicingOps,
  ...networkOps,
}

/** Raw function nodes. */
export const opLayer: Lowering<OpDefinition> = {
  prepare(layer) {
    if (layer.kind !== 'op') throw unsupported(layer, 'layer', layer.className)
    const { name, attributes } = layer.op
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined
    if (!definition) throw unsupported(layer, 'the function keras.ops', name)
    for (const { name: setting, value } of attributes) {
      const float =
        value === undefined ||
        value.kind === 'none' ||
        (value.kind === 'text' && value.text === 'float32')
      if (setting === 'dtype' && float) continue
      const known =
        definition.parameters.includes(setting) || definition.settings?.includes(setting)
      if (!known) throw unsupported(layer, `a setting of ${name}`, setting)
    }
    return definition
  },
  lower: (context, definition, call, layer) =>
    definition.lower(context, layer, new OpArguments(definition, call, layer)),
}
