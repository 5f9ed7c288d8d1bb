import { readActivation } from '../keras/activation-config.ts'
import type { LayerSpec } from '../keras/model-spec.ts'
import { isJsonObject } from '../keras/python-json.ts'
import type { ComposeLayer } from './composition.ts'

/**
 * A layer whose `activation` is a layer with variables of its own, such as PReLU, as the layer without it and that layer
 * behind it, which Keras stores under the attribute `activation`. Undefined for other layers.
 */
export function splitActivation({
  className,
  config,
}: Pick<LayerSpec, 'className' | 'config'>): ComposeLayer | undefined {
  const { activation } = config
  const isLayer = isJsonObject(activation) && isJsonObject(activation.config)
  if (!isLayer || activation.registered_name?.toString().includes('>')) return undefined
  if (readActivation(activation, 3) !== undefined) return undefined
  return (settings, block) => {
    const behind = block.layer(activation, {}, 'activation')
    if (className === 'Activation') return behind(block.input)
    const plain = block.layer(className, { ...settings, activation: 'linear' }, '')
    return behind(plain(block.input))
  }
}
