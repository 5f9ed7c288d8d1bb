import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Model } from '../model/model.ts'
import { placesOf, withShards } from '../model/shards.ts'
import { validateModel } from '../model/validate.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { planShards, shardedTensors } from './plan-shards.ts'
import { sampleModel } from './sample-model.fixture.ts'

/** A model with tensors of these lengths, the last `evidence` of them in a case. */
function modelOf(lengths: readonly number[], evidence = 0): Model {
  const model = sampleModel()
  model.shards = []
  model.tensors = model.tensors.map(({ external, ...tensor }) =>
    external ? { ...tensor, data: new Uint8Array(external.byteLength) } : tensor,
  )
  const known = model.tensors.length
  for (const [number, length] of lengths.entries()) {
    const data = Uint8Array.from({ length }, (_, i) => (number * 31 + i) & 255)
    model.tensors.push({ name: `t${number}`, dtype: 'uint8', shape: [length], strings: [], data })
  }
  const first = known + lengths.length - evidence
  const outputs = Array.from({ length: evidence }, (_, i) => first + i)
  if (evidence > 0)
    model.cases.push({
      name: 'io',
      inputs: [],
      outputs,
      checkpoints: [],
      calls: 0,
      toleranceReason: '',
    })
  return model
}

/** The model in files: what a writer makes of the plans. */
function split(model: Model, shardSize: number): { model: Model; shards: Map<number, Uint8Array> } {
  const plans = planShards(model, shardSize)
  const shards = new Map(
    plans.map(({ byteLength, pieces }, index) => {
      const bytes = new Uint8Array(byteLength)
      for (const { tensor, start, end, offset } of pieces)
        bytes.set(
          (model.tensors[tensor] as Model['tensors'][number]).data.subarray(start, end),
          offset,
        )
      return [index, bytes] as const
    }),
  )
  const names = plans.map(({ byteLength }, index) => ({
    name: `m-${index}.bin`,
    byteLength,
    sha256: new Uint8Array(32),
  }))
  const tensors = shardedTensors(model.tensors, plans)
  return { model: { ...model, shards: names, tensors }, shards }
}

describe('shards', () => {
  it('hold every byte once, begin pieces at multiples of 64, and stay below their size', () => {
    const property = fc.property(
      fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 4096, max: 16_384 }),
      (lengths, shardSize) => {
        const whole = modelOf(lengths)
        const { model, shards } = split(whole, shardSize)
        for (const bytes of shards.values()) expect(bytes.byteLength).toBeLessThanOrEqual(shardSize)
        for (const tensor of model.tensors)
          for (const { offset } of placesOf(tensor)) expect(offset % 64).toBe(0)
        validateModel(model)
        const decoded = decode(encode(model))
        expect(Buffer.compare(encode(withShards(decoded, shards)), encode(whole))).toBe(0)
      },
    )
    expect(fc.check(property, { numRuns: 200, seed: 1 }).counterexample).toBeNull()
  })

  it('keep a tensor whole where it fits into one', () => {
    const { model } = split(modelOf([3000, 3000, 3000]), 8192)
    expect(
      model.tensors.map((tensor) => placesOf(tensor).map(({ shard }) => shard)).slice(-3),
    ).toEqual([[0], [0], [1]])
  })

  it('spread a tensor that is larger than one', () => {
    const { model } = split(modelOf([20_000]), 8192)
    expect(placesOf(model.tensors.at(-1) as Model['tensors'][number])).toMatchObject([
      { shard: 0, offset: 0, byteLength: 8192 },
      { shard: 1, offset: 0, byteLength: 8192 },
      { shard: 2, offset: 0, byteLength: 3616 },
    ])
  })

  it('keep the arrays of cases apart from the weights', () => {
    const { model } = split(modelOf([2000, 2000], 1), 8192)
    expect(model.tensors.slice(-2).map((tensor) => placesOf(tensor)[0]?.shard)).toEqual([0, 1])
  })

  it('leave a tensor where it is when its shard is not at hand', () => {
    const { model } = split(modelOf([2000, 2000], 1), 8192)
    const partial = withShards(model, new Map([[0, new Uint8Array(2000)]]))
    expect(partial.shards).toEqual(model.shards)
    expect(partial.tensors.at(-1)?.external?.shard).toBe(1)
    expect(partial.tensors.at(-2)?.external).toBeUndefined()
  })

  it('are refused when a piece reaches beyond its shard', () => {
    const { model } = split(modelOf([20_000]), 8192)
    const last = placesOf(model.tensors.at(-1) as Model['tensors'][number]).at(-1)
    if (last) last.offset = 8000
    expect(() => decode(encode(model))).toThrow('tensor beyond the end of its shard')
  })
})
