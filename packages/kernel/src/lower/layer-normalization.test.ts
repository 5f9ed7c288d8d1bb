import type { Layer } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../instantiate.fixture.ts'
import type { Tensor } from '../model/tensor.ts'
import { randomFloats } from '../wasm/testing.ts'
import { input, modelOf, type Weight } from './model.fixture.ts'

const shape = [2, 4, 3, 6]
const x: Pick<Tensor, 'data' | 'shape'> = {
  data: randomFloats(144, 1).map((v) => v * 3 + 5),
  shape,
}

async function run(
  kind: string,
  settings: object,
  weights: readonly Weight[] = [],
  given: Pick<Tensor, 'data' | 'shape'> = x,
): Promise<Tensor> {
  const layer = { name: 'norm', className: kind, kind, [kind]: settings } as unknown as Layer
  const call = [{ name: '', value: input(0) }]
  using model = await instantiate(modelOf(layer, [4], call, weights))
  return model.predict(given) as Tensor
}

/** (x − mean) / √(variance + epsilon) over the elements that `group` gives the same key, in float64. */
function standardized(epsilon: number, group: (index: readonly number[]) => string): number[] {
  const keys = [...x.data].map((_, at) =>
    group([Math.floor(at / 72), Math.floor(at / 18) % 4, Math.floor(at / 6) % 3, at % 6]),
  )
  const groups = new Map<string, number[]>()
  keys.forEach((key, i) => groups.set(key, [...(groups.get(key) ?? []), x.data[i]!]))
  return keys.map((key, i) => {
    const values = groups.get(key)!
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
    return (x.data[i]! - mean) / Math.sqrt(variance + epsilon)
  })
}

function expectClose(y: Tensor, expected: readonly number[]): void {
  expect(y.shape).toEqual(shape)
  expected.forEach((value, i) => expect(y.data[i], `element ${i}`).toBeCloseTo(value, 6))
}

describe('LayerNormalization', () => {
  const settings = { epsilon: 1e-3, rmsScaling: false }

  it.each([
    ['the last axis', [-1], ([b, i, j]: readonly number[]) => `${b} ${i} ${j}`],
    ['an inner axis', [2], ([b, i, , k]: readonly number[]) => `${b} ${i} ${k}`],
    ['axes that are apart', [1, 3], ([b, , j]: readonly number[]) => `${b} ${j}`],
  ])('over %s', async (_, axes, group) => {
    expectClose(await run('layerNormalization', { ...settings, axes }), standardized(1e-3, group))
  })

  it('scales and shifts in the order of the axes', async () => {
    const gamma = { shape: [4, 6], data: randomFloats(24, 2) }
    const beta = { shape: [4, 6], data: randomFloats(24, 3) }
    const y = await run('layerNormalization', { ...settings, axes: [1, 3], gamma: 0, beta: 1 }, [
      gamma,
      beta,
    ])
    const normal = standardized(1e-3, ([b, , j]) => `${b} ${j}`)
    expectClose(
      y,
      normal.map((v, at) => {
        const i = (Math.floor(at / 18) % 4) * 6 + (at % 6)
        return v * gamma.data[i]! + beta.data[i]!
      }),
    )
  })

  it('names the layer when gamma does not fit the input', async () => {
    const gamma = { shape: [5], data: randomFloats(5) }
    await expect(
      run('layerNormalization', { ...settings, axes: [-1], gamma: 0 }, [gamma]),
    ).rejects.toThrow(/layer norm: features of layerNormalization: expected 5, got 6/)
  })
})

describe('GroupNormalization', () => {
  it.each([
    ['the last axis', 2, -1, ([b, , , k]: readonly number[]) => `${b} ${Math.floor(k! / 3)}`],
    ['the axis after the batch', 2, 1, ([b, i]: readonly number[]) => `${b} ${Math.floor(i! / 2)}`],
    ['an inner axis, a group per channel', -1, -2, ([b, , j]: readonly number[]) => `${b} ${j}`],
  ] as const)('over groups of %s', async (_, groups, axis, group) => {
    const y = await run('groupNormalization', { groups, axis, epsilon: 1e-3 })
    expectClose(y, standardized(1e-3, group))
  })

  it('scales and shifts each channel', async () => {
    const gamma = { shape: [4], data: randomFloats(4, 2) }
    const y = await run('groupNormalization', { groups: 2, axis: 1, epsilon: 1e-3, gamma: 0 }, [
      gamma,
    ])
    const normal = standardized(1e-3, ([b, i]) => `${b} ${Math.floor(i! / 2)}`)
    expectClose(
      y,
      normal.map((v, at) => v * gamma.data[Math.floor(at / 18) % 4]!),
    )
  })

  it.each([
    ['small', [2, 5, 4, 6]],
    ['large', [2, 40, 30, 6]],
  ])('scales and shifts each channel of %s images', async (_, size) => {
    const images = { data: randomFloats(size.reduce((a, b) => a * b)), shape: size }
    const [gamma, beta] = [2, 3].map((seed) => ({ shape: [6], data: randomFloats(6, seed) }))
    const settings = { groups: 3, axis: -1, epsilon: 1e-3 }
    const normal = await run('groupNormalization', settings, [], images)
    const weights = [gamma!, beta!]
    const y = await run('groupNormalization', { ...settings, gamma: 0, beta: 1 }, weights, images)
    normal.data.forEach((value, i) => {
      const expected = value * gamma!.data[i % 6]! + beta!.data[i % 6]!
      expect(y.data[i], `element ${i}`).toBeCloseTo(expected, 6)
    })
  })

  it('refuses groups that do not divide the channels', async () => {
    await expect(run('groupNormalization', { groups: 4, axis: -1, epsilon: 1e-3 })).rejects.toThrow(
      /layer norm: groups of GroupNormalization: expected a divisor of axis -1 of \(2, 4, 3, 6\), got 4/,
    )
  })
})
