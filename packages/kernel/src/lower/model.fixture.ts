import type { Argument, Call, Layer, Model } from '@dotplus/core'

/** A tensor of a model under test. */
export interface Weight {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

export type GraphValue = NonNullable<Argument['value']>

/** The `index`-th input as an argument. */
export function input(index: number): GraphValue {
  return { kind: 'ref', ref: { call: index, output: 0 } }
}

/** Python's values: None, numbers, booleans, texts and lists of these. */
export function python(value: unknown): GraphValue {
  if (value === null) return { kind: 'none', none: true }
  if (typeof value === 'boolean') return { kind: 'boolean', boolean: value }
  if (typeof value === 'string') return { kind: 'text', text: value }
  if (typeof value === 'number')
    return Number.isInteger(value)
      ? { kind: 'integer', integer: value }
      : { kind: 'number', number: value }
  if (Array.isArray(value)) return { kind: 'list', list: { items: value.map(python) } }
  return value as GraphValue
}

/** A model of one layer, called with `given` after inputs `x0`, `x1`, … of these ranks. */
export function modelOf(
  layer: Layer,
  ranks: readonly number[],
  given: readonly Argument[],
  weights: readonly Weight[] = [],
  outputs = 1,
): Model {
  const ports = ranks.map((rank, i) => ({ name: `x${i}`, shape: Array<number>(rank).fill(-1) }))
  const layers: Layer[] = ports.map(({ name, shape }) => ({
    name,
    className: 'InputLayer',
    kind: 'input',
    input: { dtype: 'float32', shape, optional: false },
  }))
  const calls: Call[] = ports.map((_, i) => ({ layer: i, arguments: [] }))
  calls.push({ layer: ports.length, arguments: [...given] })
  return {
    formatVersion: 1,
    name: 'model',
    layers: [...layers, layer],
    tensors: weights.map(({ shape, data }, i) => ({
      name: `weight ${i}`,
      dtype: 'float32',
      shape: [...shape],
      strings: [],
      data: new Uint8Array(Float32Array.from(data).buffer),
    })),
    graph: {
      calls,
      inputs: ports.map(({ name, shape }, i) => ({
        name,
        value: { call: i, output: 0 },
        dtype: 'float32',
        shape,
        optional: false,
      })),
      outputs: Array.from({ length: outputs }, (_, output) => ({
        name: `y${output}`,
        value: { call: ports.length, output },
        shape: [],
        optional: false,
      })),
    },
  } as unknown as Model
}

/** A model of one function node. */
export function opModel(
  name: string,
  ranks: readonly number[],
  given: readonly unknown[],
  settings: Readonly<Record<string, unknown>> = {},
  outputs = 1,
): Model {
  const layer = {
    name: 'node',
    className: name,
    kind: 'op',
    op: {
      name,
      attributes: Object.entries(settings).map(([key, value]) => ({
        name: key,
        value: python(value),
      })),
    },
  } as Layer
  const positional = given.map((value) => ({ name: '', value: python(value) }))
  return modelOf(layer, ranks, positional, [], outputs)
}
