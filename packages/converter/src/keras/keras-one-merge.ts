import { isJsonObject, type Json, type JsonObject } from './python-json.ts'

/** Modes of Keras 1's Merge and the layers that they are today. */
const classes: Readonly<Record<string, string>> = {
  sum: 'Add',
  mul: 'Multiply',
  ave: 'Average',
  max: 'Maximum',
  concat: 'Concatenate',
  dot: 'Dot',
  cos: 'Dot',
}

/** The layers that one entry of a list of layers is today: a Merge may be two, anything else is itself. */
export function mergeEntries(entry: JsonObject): Json[] {
  const first = modernMergeFirst(entry)
  if (first !== entry) return [first]
  const merge = mergeOf(entry)
  if (!merge) return [entry]
  const [main, after] = merge as [JsonObject, JsonObject | undefined]
  if (!after) return [main]
  // Its result gets another axis: every call of the first becomes one of the second.
  const inner = `${nameOf(entry)}_product`
  const calls = Array.isArray(entry.inbound_nodes) ? entry.inbound_nodes : []
  return [
    { ...main, name: inner, config: { ...(main.config as JsonObject), name: inner } },
    { ...after, inbound_nodes: calls.map((_, node) => [[inner, node, 0]]) },
  ]
}

/** A Merge as one layer of today and, for "cos", the one behind it; undefined for Python functions. */
function mergeOf(entry: JsonObject): JsonObject[] | undefined {
  const { config } = entry
  if (entry.class_name !== 'Merge' || !isJsonObject(config)) return undefined
  const { mode, mode_type: type } = config
  const className = typeof mode === 'string' && Object.hasOwn(classes, mode) ? classes[mode] : ''
  if (!className || (type !== undefined && type !== 'raw') || config.layers !== undefined)
    return undefined
  const { name } = config
  const settings: JsonObject =
    className === 'Concatenate'
      ? { axis: config.concat_axis ?? -1 }
      : className === 'Dot'
        ? { axes: axesOf(config.dot_axes), normalize: mode === 'cos' }
        : {}
  const main = { ...entry, class_name: className, config: { name, ...settings } }
  if (mode !== 'cos') return [main]
  return [main, { ...entry, class_name: 'Reshape', config: { name, target_shape: [1, 1] } }]
}

function axesOf(json: Json | undefined): Json {
  return Array.isArray(json) ? json.flat(2) : (json ?? -1)
}

function nameOf({ name, config }: JsonObject): string {
  const inner = isJsonObject(config) ? config.name : undefined
  return typeof name === 'string' ? name : typeof inner === 'string' ? inner : 'merge'
}

/**
 * A Sequential model whose first layer merges other models, as the Functional model that it is: the layers of all its
 * models in a row, which is how their weights are stored. Anything else is answered as it is.
 */
export function modernMergeFirst(entry: JsonObject): JsonObject {
  const list = layersOf(entry)
  const [merge, ...after] = list ?? []
  const branches = isJsonObject(merge?.config) ? merge.config.layers : undefined
  if (!merge || merge.class_name !== 'Merge' || !Array.isArray(branches)) return entry
  const layers: Json[] = []
  const inputs: Json[] = []
  const ends: Json[] = []
  for (const branch of branches) {
    const chain = isJsonObject(branch) ? layersOf(branch) : undefined
    const [first] = chain ?? []
    if (!chain || !first) return entry
    const input = first.class_name === 'InputLayer' ? first : inputOf(first)
    const name = nameOf(input)
    layers.push({ ...input, name, inbound_nodes: [] })
    const rest = chain.slice(input === first ? 1 : 0)
    inputs.push([name, 0, 0])
    ends.push([appendChain(layers, rest, [[name, 0, 0]]) ?? name, 0, 0])
  }
  const { layers: _, ...mergeConfig } = merge.config as JsonObject
  const output = appendChain(layers, [{ ...merge, config: mergeConfig }, ...after], ends)
  const { stored_form: __, ...outer } = entry
  const name = nameOf(entry)
  return {
    ...outer,
    class_name: 'Model',
    config: {
      name: name === 'merge' ? 'sequential' : name,
      layers,
      input_layers: inputs,
      output_layers: [[output ?? name, 0, 0]],
    },
  }
}

/** The input that Keras makes up for a layer that says its input's shape itself. */
function inputOf(first: JsonObject): JsonObject {
  const { batch_input_shape: shape, input_dtype: dtype } = first.config as JsonObject
  const name = `${nameOf(first)}_input`
  const config = { name, batch_input_shape: shape ?? null, dtype: dtype ?? null }
  return { name, class_name: 'InputLayer', config }
}

/** Adds layers that follow each other, and answers the name of the last; undefined when there are none. */
function appendChain(
  layers: Json[],
  chain: readonly JsonObject[],
  from: readonly Json[],
): string | undefined {
  let inbound: Json[] = [...from]
  for (const each of chain) {
    const name = nameOf(each)
    layers.push(...mergeEntries({ ...each, name, inbound_nodes: [inbound] }))
    inbound = [[name, 0, 0]]
  }
  const last = chain.at(-1)
  return last && nameOf(last)
}

/** The layers of a Sequential model, all of them objects. */
function layersOf(entry: JsonObject): JsonObject[] | undefined {
  const { class_name: className, config } = entry
  const list = isJsonObject(config) ? config.layers : config
  if (className !== 'Sequential' || !Array.isArray(list)) return undefined
  return list.every((item): item is JsonObject => isJsonObject(item) && isJsonObject(item.config))
    ? list
    : undefined
}
