import type { Argument } from '@dotplus/core'
import { activationNames, activationOf } from '../keras/activation-config.ts'
import { isPythonFloat } from '../keras/python-json.ts'
import { readSerializedValue } from '../keras/serialized-values.ts'
import type { LayerBody } from '../layers/layer-converter.ts'
import { argument } from './arguments.ts'
import type { BuildInput } from './model-builder.ts'
import type { PlannedLayer } from './planned-layer.ts'

/** Entries of every node's config that are no arguments of the function. */
const common: ReadonlySet<string> = new Set(['name', 'trainable', 'dtype'])
const activations: ReadonlySet<string> = new Set(activationNames)

/**
 * A function node: an activation of one tensor becomes an activation layer, anything else an `op` with its static
 * settings as attributes.
 */
export function convertOp(
  planned: PlannedLayer,
  input: Pick<BuildInput, 'file' | 'tensors'>,
): LayerBody {
  const { spec, path } = planned
  const name = spec.op ?? spec.className
  const settings = Object.entries(spec.config).filter(
    ([key, value]) => !common.has(key) && value !== undefined,
  )
  if (name.startsWith('nn.') && isActivation(planned, name.slice(3), settings)) {
    return {
      kind: 'activation',
      activation: {
        activation: activationOf(
          name.slice(3),
          Object.fromEntries(settings.map(([key, value]) => [key, numberOf(value)])),
        ),
      },
    }
  }
  const where = { file: input.file, layer: path, place: 'config' }
  const scope = { file: input.file, layer: path, tensors: input.tensors, find: () => undefined }
  const attributes: Argument[] = settings.map(([key, value]) =>
    argument(key, readSerializedValue(value, where, isPythonFloat(spec.config, key)), scope),
  )
  // Whether dtype is an argument of the function or the node's policy, only its type tells.
  if (typeof spec.config.dtype === 'string')
    attributes.push({ name: 'dtype', value: { kind: 'text', text: spec.config.dtype } })
  return { kind: 'op', op: { name, attributes } }
}

/** True for a function of one tensor whose settings are numbers, as activations have them. */
function isActivation(
  { spec }: PlannedLayer,
  name: string,
  settings: readonly (readonly [string, unknown])[],
): boolean {
  if (!activations.has(name)) return false
  const numeric = settings.every(
    ([key, value]) =>
      (value === null && key !== 'axis') || typeof value === 'number' || typeof value === 'boolean',
  )
  return (
    numeric &&
    spec.calls.every((call) => call.positional.length === 1 && call.keywords.length === 0)
  )
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'number' ? value : undefined
}
