import { createHash } from 'node:crypto'
import { encode, planShards, shardedTensors, type Layer, type Model } from '@dotplus/core'

const width = 1024

/** A chain of square Dense layers whose weights take about `megabytes`, as files by name: the model and its shards. */
export function largeModel(megabytes: number, shardSize: number): Map<string, Uint8Array> {
  const model = denseChain(depthFor(megabytes))
  const plans = planShards(model, shardSize)
  const names = plans.map(
    (_, i) =>
      `large-${String(i + 1).padStart(5, '0')}-of-${String(plans.length).padStart(5, '0')}.bin`,
  )
  const files = new Map<string, Uint8Array>()
  for (const [i, { pieces, byteLength }] of plans.entries()) {
    const bytes = new Uint8Array(byteLength)
    for (const { tensor, start, end, offset } of pieces) {
      bytes.set(model.tensors[tensor]?.data.subarray(start, end) ?? [], offset)
    }
    files.set(names[i] as string, bytes)
  }
  const shards = [...files].map(([name, bytes]) => ({
    name,
    byteLength: bytes.byteLength,
    sha256: new Uint8Array(createHash('sha256').update(bytes).digest()),
  }))
  const tensors = shardedTensors(model.tensors, plans)
  return files.set('large.dotplus', encode({ ...model, shards, tensors }))
}

/** The same kind of model in one file. */
export function wholeModel(megabytes: number): Uint8Array {
  return encode(denseChain(depthFor(megabytes)))
}

function depthFor(megabytes: number): number {
  return Math.max(1, Math.round((megabytes * 2 ** 20) / (width * width * 4)))
}

function denseChain(depth: number): Model {
  let state = 1
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state / 2 ** 31 - 1) / 16
  }
  const input: Layer = {
    kind: 'input',
    name: 'x',
    className: 'InputLayer',
    input: { dtype: 'float32', shape: [-1, width], optional: false },
  }
  const dense = (i: number): Layer => ({
    kind: 'dense',
    name: `dense_${i}`,
    className: 'Dense',
    dense: { units: width, kernel: i },
  })
  const ref = (call: number): { call: number; output: number } => ({ call, output: 0 })
  return {
    formatVersion: 1,
    name: 'large',
    layers: [input, ...Array.from({ length: depth }, (_, i) => dense(i))],
    graph: {
      calls: Array.from({ length: depth + 1 }, (_, layer) => ({
        layer,
        arguments:
          layer === 0 ? [] : [{ name: '', value: { kind: 'ref', ref: ref(layer - 1) } as const }],
      })),
      inputs: [{ name: 'x', value: ref(0), dtype: 'float32', shape: [-1, width], optional: false }],
      outputs: [{ name: 'y', value: ref(depth), shape: [], optional: false }],
    },
    cases: [],
    shards: [],
    tensors: Array.from({ length: depth }, (_, i) => ({
      name: `dense_${i}/kernel`,
      dtype: 'float32' as const,
      shape: [width, width],
      strings: [],
      data: new Uint8Array(Float32Array.from({ length: width * width }, next).buffer),
    })),
  }
}
