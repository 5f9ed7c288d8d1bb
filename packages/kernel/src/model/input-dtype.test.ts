import type { DType, Layer } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { oneLayer } from '../lower/testing.ts'
import { isFloat32Input } from './input-dtype.ts'

const crop = { rank: 1, amounts: [1, 1], dataFormat: 'channels_last' }

function accepted(dtype: DType, change: Partial<Layer> = {}, isOutput = false): boolean {
  const model = oneLayer('cropping', crop, [4, 1], [])
  Object.assign(model.layers[1]!, change)
  const graph = model.graph!
  const [input] = graph.inputs
  if (isOutput) graph.outputs[0]!.value = { call: 0, output: 0 }
  return isFloat32Input(model, graph, { ...input!, dtype })
}

describe('isFloat32Input', () => {
  it('takes float32 for anything, and other floats for layers that cast to float32', () => {
    expect(accepted('float32', {}, true)).toBe(true)
    expect(accepted('float64')).toBe(true)
    expect(accepted('float16')).toBe(true)
    expect(accepted('float64', { computeDtype: undefined })).toBe(true)
  })

  it('refuses what would change the answer', () => {
    expect(accepted('int32')).toBe(false)
    expect(accepted('float64', { computeDtype: 'float64' })).toBe(false)
    expect(accepted('float64', { kind: 'op' })).toBe(false)
    expect(accepted('float64', {}, true)).toBe(false)
  })
})
