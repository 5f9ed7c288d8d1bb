import { describe, expect, it } from 'vitest'
import { openPath } from '../binary/hdf5/hdf5.ts'
import { failureOf } from '../files.fixture.ts'
import { groupOf } from '../skeleton.fixture.ts'
import { sourceFromBytes } from '../source.ts'
import { mergedGroup } from './merged-group.ts'
import { jsonRole, shardParts } from './shard-index.ts'

const json = (value: unknown) =>
  sourceFromBytes('model.weights.json', new TextEncoder().encode(JSON.stringify(value)))

const index = json({
  metadata: { total_size: 352 },
  weight_map: {
    '/layers/dense/vars': ['model_00001.weights.h5', 'model_00000.weights.h5'],
    '/layers/dense_1/vars': 'model_00001.weights.h5',
  },
})

describe('sharded weights', () => {
  it('are found in whichever part holds them', async () => {
    const first = groupOf(
      { members: { 'layers/dense/vars/0': 'float32 4,2' }, attributes: {} },
      '',
      new Map(),
    )
    const members = { 'layers/dense/vars/1': 'float32 2', 'layers/dense_1/vars/0': 'float32 2,1' }
    const second = groupOf({ members, attributes: {} }, '', new Map())
    const whole = mergedGroup([first, second])
    const vars = await openPath(whole, 'layers/dense/vars')
    expect(vars?.kind === 'group' && vars.names).toEqual(['0', '1'])
    const bias = await openPath(whole, 'layers/dense/vars/1')
    expect(bias?.kind === 'dataset' && bias.shape).toEqual([2])
    expect(await openPath(whole, 'layers/none')).toBeUndefined()
  })

  it('are listed in an index', async () => {
    const files = ['model_00000.weights.h5', 'model_00001.weights.h5']
    expect(await jsonRole(index)).toEqual({ role: 'shardIndex', files })
    expect(await jsonRole(json({ class_name: 'Sequential' }))).toEqual({ role: 'architecture' })
    expect(await jsonRole(json([1]))).toEqual({ role: 'other' })
    const parts = files.map((name) => sourceFromBytes(`folder/${name}`, new Uint8Array(0)))
    expect(shardParts(index, files, parts.toReversed())).toEqual(parts)
    const error = await failureOf(() => shardParts(index, files, parts.slice(1)))
    expect(error.message).toContain('expected model_00000.weights.h5, got model_00001.weights.h5')
  })
})
