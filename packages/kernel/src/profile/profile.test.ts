import { RuntimeError, UsageError } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../instantiate.fixture.ts'
import { modelOf, input } from '../lower/model.fixture.ts'
import type { Tensor } from '../model/tensor.ts'

const units = 96
const inner = 64

/** Dense from 64 to 96 with a softmax after it: a chain that runs tile by tile when it has many rows. */
function chain() {
  const kernel = Float32Array.from({ length: inner * units }, (_, i) => Math.fround((i % 7) - 3))
  return modelOf(
    {
      kind: 'dense',
      name: 'scores',
      className: 'Dense',
      dense: { units, kernel: 0, activation: { function: 'softmax', settings: [] } },
    } as unknown as Parameters<typeof modelOf>[0],
    [2],
    [{ name: '', value: input(0) }],
    [{ shape: [inner, units], data: kernel }],
  )
}

describe('a profile', () => {
  it('has every op of the plan, its arithmetic and its share of the peak', async () => {
    using model = await instantiate(chain())
    const x = { data: new Float32Array(4000 * inner).fill(0.5), shape: [4000, inner] }
    const before = model.predict(x)
    const profile = await model.profile(x, { runs: 2 })
    const { plan, flops, planShapes } = model.explain()
    expect(profile.runs).toBe(2)
    expect(profile.ops.map(({ kind }) => kind)).toEqual(plan.map(({ kind }) => kind))
    expect(plan.map(({ kind }) => kind)).toEqual(['dense', 'softmax'])
    expect(plan[0]?.tileRows).toBeGreaterThan(0)
    expect(planShapes).toEqual([[4000, inner]])
    expect(flops).toBe(2 * 4000 * inner * units)
    expect(profile.ops[0]).toMatchObject({
      layer: 'scores',
      shapes: [[4000, units]],
      flops,
      plainFlops: flops,
      bytes: 4 * (4000 * (inner + units) + inner * units),
    })
    for (const { time, gbytes, share } of profile.ops) {
      expect(time.min).toBeGreaterThan(0)
      expect(time.median).toBeGreaterThanOrEqual(time.min)
      expect(gbytes).toBeGreaterThan(0)
      expect(share).toBeGreaterThan(0)
    }
    expect(profile.peak.gflops).toBeGreaterThan(1)
    expect(profile.peak.gbytes).toBeGreaterThan(0.1)
    expect(profile.share).toBeGreaterThan(0)
    expect(profile.total.min).toBeGreaterThan(0)
    expect(model.predict(x)).toEqual(before)
  })

  it('measures short calls more often, and does not change what calls after it give', async () => {
    using model = await instantiate(chain())
    const [a, b] = [1, 2].map((rows) => ({
      data: new Float32Array(rows * inner).fill(rows),
      shape: [rows, inner],
    })) as unknown as [Tensor, Tensor]
    const before = model.predict(a)
    const profile = await model.profile(b)
    expect(profile.runs).toBeGreaterThan(5)
    expect(model.predict(a)).toEqual(before)
  })

  it('is refused with what makes no sense', async () => {
    const model = await instantiate(chain())
    const x = { data: new Float32Array(inner), shape: [1, inner] }
    await expect(model.profile(x, { runs: 0 })).rejects.toBeInstanceOf(UsageError)
    model.dispose()
    await expect(model.profile(x)).rejects.toBeInstanceOf(RuntimeError)
  })
})

describe('a plan', () => {
  it('is told for shapes that were never run', async () => {
    using model = await instantiate(chain())
    const told = model.explain([[8, inner]])
    expect(told).toMatchObject({ flops: 2 * 8 * inner * units, planShapes: [[8, inner]] })
    expect(told.memory.arena).toBeGreaterThanOrEqual(8 * (inner + units) * 4)
    expect(model.explain().plan).toEqual([])
    expect(() => model.explain([])).toThrow('number of inputs')
  })
})
