import type { Activation, Setting } from '@dotplus/core'
import { isJsonObject, type Json } from './python-json.ts'

/** Every activation Keras 3 names. */
const functions: ReadonlySet<string> = new Set([
  'celu',
  'elu',
  'exponential',
  'gelu',
  'glu',
  'hard_shrink',
  'hard_sigmoid',
  'hard_silu',
  'hard_tanh',
  'leaky_relu',
  'linear',
  'log_sigmoid',
  'log_softmax',
  'mish',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'silu',
  'soft_shrink',
  'softmax',
  'softplus',
  'softsign',
  'sparse_plus',
  'sparse_sigmoid',
  'sparsemax',
  'squareplus',
  'tanh',
  'tanh_shrink',
  'threshold',
])

/** Names that changed, from the old to the one written to the model. */
const aliases: Readonly<Record<string, string>> = {
  swish: 'silu',
  hard_swish: 'hard_silu',
  identity: 'linear',
}

/** Activation layers used where a function is expected: their arguments become settings. */
const layers: Readonly<
  Record<string, { function: string; settings: Readonly<Record<string, string>> }>
> = {
  ReLU: {
    function: 'relu',
    settings: { max_value: 'max_value', negative_slope: 'negative_slope', threshold: 'threshold' },
  },
  LeakyReLU: {
    function: 'leaky_relu',
    settings: { negative_slope: 'negative_slope', alpha: 'negative_slope' },
  },
  ELU: { function: 'elu', settings: { alpha: 'alpha' } },
  Softmax: { function: 'softmax', settings: { axis: 'axis' } },
}

/** Arguments of layers that say nothing about what they compute. */
const common: ReadonlySet<string> = new Set(['name', 'trainable', 'dtype', 'batch_input_shape'])

/** Defaults of the functions' settings; a setting equal to its default is not written. */
const defaults: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  relu: { negative_slope: 0, threshold: 0 },
  leaky_relu: { negative_slope: 0.2 },
  elu: { alpha: 1 },
  celu: { alpha: 1 },
  gelu: { approximate: 0 },
  softmax: { axis: -1 },
  log_softmax: { axis: -1 },
  sparsemax: { axis: -1 },
  glu: { axis: -1 },
  hard_shrink: { threshold: 0.5 },
  soft_shrink: { threshold: 0.5 },
  squareplus: { b: 4 },
}

/** Slope of hard_sigmoid before Keras 3, which has 1/6. */
const kerasTwoHardSigmoidSlope = 0.2

/** An activation with the settings that differ from Keras's defaults, sorted by name. */
export function activationOf(
  name: string,
  settings: Readonly<Record<string, number | undefined>> = {},
): Activation {
  const usual = defaults[name] ?? {}
  const kept: Setting[] = []
  for (const [key, value] of Object.entries(settings)) {
    if (value !== undefined && value !== usual[key]) kept.push({ name: key, value })
  }
  return { function: name, settings: kept.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }
}

/**
 * Reads an `activation` argument: a name, null, a serialized function, or an activation layer.
 *
 * @param kerasMajor which Keras the name is meant for: hard_sigmoid is another function before Keras 3
 * @returns undefined when no Keras has such an activation
 */
export function readActivation(json: Json | undefined, kerasMajor: number): Activation | undefined {
  if (json === null || json === undefined) return activationOf('linear')
  if (typeof json === 'string') return named(json, kerasMajor)
  if (!isJsonObject(json)) return undefined
  const { class_name: className, config } = json
  if (className === 'function' && typeof config === 'string') return named(config, kerasMajor)
  if (className === 'Activation' && isJsonObject(config))
    return readActivation(config.activation, kerasMajor)
  const layer = typeof className === 'string' ? layers[className] : undefined
  if (!layer || !isJsonObject(config)) return undefined
  // An argument that nobody reads would change the numbers silently.
  const unknown = Object.keys(config).filter(
    (key) => !common.has(key) && !Object.hasOwn(layer.settings, key),
  )
  if (unknown.length > 0) return undefined
  const settings: Record<string, number | undefined> = {}
  for (const [argument, setting] of Object.entries(layer.settings)) {
    const value = config[argument]
    if (typeof value === 'number') settings[setting] = value
  }
  return activationOf(layer.function, settings)
}

/** Layers that apply their activation to what they give, after all else. */
export const appliesLast: RegExp =
  /^(Activation|(Einsum|TimeDistributed)?Dense|((Depthwise|Separable)?(Conv|Convolution)|LocallyConnected)[123]D(Transpose)?)$/

/** The name of a function of the user's own that an `activation` argument is; undefined for those of Keras. */
export function functionOf(activation: Json | undefined): string | undefined {
  if (activation === null || activation === undefined) return undefined
  if (readActivation(activation, 3) !== undefined) return undefined
  if (typeof activation === 'string') return activation
  if (!isJsonObject(activation) || activation.class_name !== 'function') return undefined
  return typeof activation.config === 'string' ? activation.config : undefined
}

function named(text: string, kerasMajor: number): Activation | undefined {
  // "keras.activations>relu" and "Custom>relu" name the function after the last ">".
  const name = aliases[text] ?? text
  if (!functions.has(name)) return undefined
  if (name === 'hard_sigmoid' && kerasMajor < 3)
    return activationOf(name, { slope: kerasTwoHardSigmoidSlope })
  return activationOf(name)
}

/** All names, for errors. */
export const activationNames: readonly string[] = [...functions]
