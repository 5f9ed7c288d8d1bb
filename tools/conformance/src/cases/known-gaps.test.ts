import { expect, test } from 'vitest'
import { KnownGaps } from './known-gaps.ts'

const gaps = new KnownGaps([
  { collection: 'keras', pattern: 'Conv*', reason: 'no convolutions' },
  { collection: 'keras', pattern: 'Conv1D-causal', reason: 'no causal padding' },
])
const folder = (name: string, collection = 'keras') => ({ collection, name, folder: '', model: '' })

test('a pattern covers names that begin with it, in its collection only', () => {
  expect(gaps.reasonFor(folder('Conv2D-1'))).toBe('no convolutions')
  expect(gaps.reasonFor(folder('Dense-1'))).toBeUndefined()
  expect(gaps.reasonFor(folder('Conv2D-1', 'other'))).toBeUndefined()
})

test('an exact name goes before a pattern', () => {
  expect(gaps.reasonFor(folder('Conv1D-causal'))).toBe('no causal padding')
})

test('a gap that covers no case is found, unless its collection is not tested', () => {
  expect(gaps.unused([folder('Conv2D-1')])).toEqual(['keras: Conv1D-causal'])
  expect(gaps.unused([folder('Dense-1', 'other')])).toEqual([])
})
