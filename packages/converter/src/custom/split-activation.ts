import { appliesLast, functionOf, readActivation } from '../keras/activation-config.ts'
import type { LayerSpec } from '../keras/model-spec.ts'
import { isJsonObject, type Json } from '../keras/python-json.ts'
import { compositionFor, type Block, type ComposeLayer, type Compositions } from './composition.ts'

/**
 * A layer whose `activation` is a layer with variables of its own, such as PReLU, as the layer without it and that layer
 * behind it, which Keras stores under the attribute `activation`; or one whose activation is a registered function, as the
 * layer without it and what the function computes behind it. Undefined for other layers.
 */
export function splitActivation(
  { className, config }: Pick<LayerSpec, 'className' | 'config'>,
  register: Compositions | undefined,
): ComposeLayer | undefined {
  if (!appliesLast.test(className)) return undefined
  const behind = behindOf(config.activation, register)
  if (!behind) return undefined
  return (settings, block) => {
    if (className === 'Activation') return behind(block)
    const plain = block.layer(className, { ...settings, activation: 'linear' }, '')(block.input)
    return behind(Object.create(block, { input: { value: plain }, inputs: { value: [plain] } }))
  }
}

/** What an activation computes that is none of Keras's functions. */
function behindOf(
  activation: Json | undefined,
  register: Compositions | undefined,
): ((block: Block) => ReturnType<ComposeLayer>) | undefined {
  const name = functionOf(activation)
  if (name !== undefined) {
    const compose = compositionFor([name], register)
    return compose && ((block) => compose({}, block))
  }
  const isLayer = isJsonObject(activation) && isJsonObject(activation.config)
  if (!isLayer || activation.registered_name?.toString().includes('>')) return undefined
  if (readActivation(activation, 3) !== undefined) return undefined
  return (block) => block.layer(activation, {}, 'activation')(block.input)
}
