import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alignment } from '../memory.ts'
import { layOutArena, type Lifetime } from './arena.ts'

const lifetime = fc
  .record({ byteLength: fc.integer({ min: 0, max: 5000 }), first: fc.nat(20), length: fc.nat(8) })
  .map(({ byteLength, first, length }): Lifetime => ({ byteLength, first, last: first + length }))

describe('layOutArena', () => {
  it('never overlaps buffers that are alive at the same step', () => {
    fc.assert(
      fc.property(fc.array(lifetime, { maxLength: 30 }), (lifetimes) => {
        const { offsets, byteLength, lowerBound } = layOutArena(lifetimes)
        expect(byteLength).toBeGreaterThanOrEqual(lowerBound)
        for (const [i, a] of lifetimes.entries()) {
          const start = offsets[i] as number
          expect(start % alignment).toBe(0)
          expect(start + a.byteLength).toBeLessThanOrEqual(byteLength)
          for (const [j, b] of lifetimes.entries()) {
            const other = offsets[j] as number
            const together = i < j && a.first <= b.last && b.first <= a.last
            const apart = start + a.byteLength <= other || other + b.byteLength <= start
            expect(!together || apart).toBe(true)
          }
        }
      }),
      { numRuns: 500, seed: 1 },
    )
  })

  it('takes no more than the lower bound for a chain', () => {
    const chain = [1000, 4000, 2000, 3000, 500].map((byteLength, i) => ({
      byteLength,
      first: i,
      last: i + 1,
    }))
    const { byteLength, lowerBound } = layOutArena(chain)
    expect(byteLength).toBe(lowerBound)
  })
})
