import { UnsupportedError, type Layer } from '@dotplus/core'
import { unsupported, type Lowering, type WeightStore } from './context.ts'
import { typedOps } from './op-typed.ts'
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

/** Function nodes of float32 tensors. */
const floatOps: Lowering<OpDefinition> = {
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

/** A function node ready to run as one of float32, as one of any dtype, or as both. */
interface PreparedOp {
  readonly float: OpDefinition | undefined
  readonly typed: ReturnType<typeof typedOps.prepare> | undefined
}

/** What `prepare` gives, or the reason why it cannot run. */
function attempt<Prepared>(
  lowering: Lowering<Prepared>,
  layer: Layer,
  weights: WeightStore,
): Prepared | UnsupportedError {
  try {
    return lowering.prepare(layer, weights)
  } catch (error) {
    if (error instanceof UnsupportedError) return error
    throw error
  }
}

/** Raw function nodes. */
export const opLayer: Lowering<PreparedOp> = {
  anyDtype: true,
  prepare(layer, weights) {
    const float = attempt(floatOps, layer, weights)
    const typed = attempt(typedOps, layer, weights)
    if (float instanceof UnsupportedError && typed instanceof UnsupportedError) throw float
    return {
      float: float instanceof UnsupportedError ? undefined : float,
      typed: typed instanceof UnsupportedError ? undefined : typed,
    }
  },
  lower(context, { float, typed }, call, layer) {
    const other = call.tensors.find(({ dtype }) => dtype !== 'float32')
    if (float && !other) return floatOps.lower(context, float, call, layer)
    if (typed) return typedOps.lower(context, typed, call, layer)
    throw unsupported(layer, 'this function of tensors that are not float32', other?.dtype ?? '')
  },
}
