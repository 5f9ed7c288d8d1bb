import type { DType, Layer } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { oneLayer } from '../lower/testing.ts'
import { heldAs } from './input-dtype.ts'

const crop = { rank: 1, amounts: [1, 1], dataFormat: 'channels_last' }

function held(dtype: DType, change: Partial<Layer> = {}, isOutput = false): string {
  const model = oneLayer('cropping', crop, [4, 1], [])
  Object.assign(model.layers[1]!, change)
  const graph = model.graph!
  const [input] = graph.inputs
  if (isOutput) graph.outputs[0]!.value = { call: 0, output: 0 }
  return heldAs(model, graph, { ...input!, dtype })
}

describe('heldAs', () => {
  it('holds float64 in float32 for layers that cast to it, int64 in int32 for embeddings', () => {
    expect(held('float64')).toBe('float32')
    expect(held('int64', { kind: 'embedding' })).toBe('int32')
  })

  it('keeps what would change the answer', () => {
    expect(held('float32', {}, true)).toBe('float32')
    expect(held('float16')).toBe('float16')
    expect(held('int32')).toBe('int32')
    expect(held('int64')).toBe('int64')
    expect(held('float64', { computeDtype: 'float64' })).toBe('float64')
    expect(held('float64', { computeDtype: undefined })).toBe('float64')
    expect(held('float64', { kind: 'op' })).toBe('float64')
    expect(held('float64', {}, true)).toBe('float64')
  })
})
