import { kerasOneRules } from './keras-one.ts'
import { kerasOneImageFormat } from './keras-one-format.ts'
import { mergeEntries, modernMergeFirst } from './keras-one-merge.ts'
import { kerasTwoRules } from './keras-two.ts'
import { isJsonObject, type Json, type JsonObject } from './python-json.ts'

/** Key under which a modernized layer says in which form older files hold its variables; see {@link StoredForm}. */
const storedFormKey = 'stored_form'

/** How a layer's variables lie in a file of an older Keras, where that differs from Keras 3. */
export interface StoredForm {
  /** Keras 1: kernels (filters, channels, …), (…, channels, filters), or (length, 1, channels, filters). */
  readonly kernel?: 'filters_first' | 'filters_last' | 'one_row'
  /** Keras 1: arrays of their own for every gate, those of one gate after those of another. */
  readonly gates?: 'apart'
  /** Matrices of cuDNN: each gate's transposed, biases of inputs and states apart. */
  readonly cudnn?: true
}

/** What the layers of a model say together. */
export interface DialectContext {
  /** `data_format` of Keras 1's layers that do not store it. */
  readonly imageFormat: string
}

/** The form that a modernized layer is marked with. */
export function storedFormOf(layer: JsonObject): StoredForm | undefined {
  const form = layer[storedFormKey]
  return isJsonObject(form) ? form : undefined
}

/** A layer in the spelling of Keras 3. */
export interface Modern {
  readonly className: string
  readonly config: JsonObject
  readonly form?: StoredForm
}

/** One class of an older Keras: its arguments, and its name where that changed. */
export type DialectRule = (config: JsonObject, context: DialectContext) => Modern

/**
 * A serialized model in the spelling of Keras 3, whichever Keras wrote it: class names, arguments, wrapped and nested
 * layers. This is the one place where generations differ in names; where files differ in how they hold variables, the
 * layer is marked with a {@link StoredForm}. What has no counterpart is left as it is, and reported as unknown when the
 * layer is read.
 */
export function modernize(serialized: Json, kerasMajor: number): Json {
  if (kerasMajor >= 3) return serialized
  const rules = kerasMajor === 1 ? { ...kerasTwoRules, ...kerasOneRules } : kerasTwoRules
  const context = { imageFormat: kerasMajor === 1 ? kerasOneImageFormat(serialized) : '' }
  const visit = (json: Json): Json => {
    if (Array.isArray(json)) return json.flatMap((item) => entriesOf(visit(item)))
    if (!isJsonObject(json)) return json
    const visited = Object.fromEntries(
      Object.entries(json).map(([key, value]) => [key, value === undefined ? value : visit(value)]),
    )
    return isJsonObject(visited.config) ? modernLayer(visited, rules, context) : visited
  }
  const modern = visit(serialized)
  return isJsonObject(modern) ? modernMergeFirst(modern) : modern
}

/** Merge layers are several layers, or change the model around them. */
function entriesOf(json: Json): Json[] {
  return isJsonObject(json) ? mergeEntries(json) : [json]
}

function modernLayer(
  json: JsonObject,
  rules: Readonly<Record<string, DialectRule>>,
  context: DialectContext,
): JsonObject {
  const { class_name: className, config } = json
  const rule =
    typeof className === 'string' && Object.hasOwn(rules, className) ? rules[className] : undefined
  if (!rule) return json
  const modern = rule(config as JsonObject, context)
  return {
    ...json,
    class_name: modern.className,
    config: modern.config,
    ...(modern.form && { [storedFormKey]: modern.form as JsonObject }),
  }
}

/** The config with arguments under new names, and without those that say nothing about inference. */
export function renamed(
  config: JsonObject,
  names: Readonly<Record<string, string>>,
  dropped: readonly string[] = [],
): JsonObject {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => !dropped.includes(key))
      .map(([key, value]): [string, Json | undefined] => [names[key] ?? key, value]),
  )
}
