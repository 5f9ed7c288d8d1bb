import { encode, type Call, type Layer, type Model, type StoredTensor } from '@dotplus/core'

const units = 8
const blocks = 500

/** A network of 1,000 nodes as a .dotplus file: x, then a dense layer and a sum with what it took, again and again. */
export function deepModel(): Uint8Array {
  const layers: object[] = [
    layer('x', 'InputLayer', { kind: 'input', input: { shape: [-1, units], optional: false } }),
  ]
  const calls: object[] = [{ layer: 0, arguments: [] }]
  const call = (made: object, ...taken: number[]): number => {
    layers.push(made)
    calls.push({ layer: layers.length - 1, arguments: taken.map(reference) })
    return calls.length - 1
  }
  let sum = 0
  for (let block = 0; block < blocks; block++) {
    const dense = { units, kernel: 0, activation: { function: 'tanh', settings: [] } }
    const branch = call(layer(`dense_${block}`, 'Dense', { kind: 'dense', dense }), sum)
    if (block === blocks - 1) sum = branch
    else {
      const merge = { operation: 'add' }
      sum = call(layer(`add_${block}`, 'Add', { kind: 'merge', merge }), sum, branch)
    }
  }
  const kernel = {
    name: 'kernel',
    dtype: 'float32',
    shape: [units, units],
    data: new Uint8Array(Float32Array.from({ length: units * units }, Math.sin).buffer),
    strings: [],
  }
  const port = (name: string, at: number): object => ({
    name,
    dtype: 'float32',
    shape: [-1, units],
    optional: false,
    value: { call: at, output: 0 },
  })
  return encode({
    formatVersion: 1,
    name: 'deep',
    layers: layers as Layer[],
    graph: { calls: calls as Call[], inputs: [port('x', 0)], outputs: [port('y', sum)] },
    tensors: [kernel as unknown as StoredTensor],
    cases: [],
    shards: [],
  } as unknown as Model)
}

function layer(name: string, className: string, kind: object): object {
  return { name, className, computeDtype: 'float32', variableDtype: 'float32', ...kind }
}

function reference(at: number): object {
  return { name: '', value: { kind: 'ref', ref: { call: at, output: 0 } } }
}
