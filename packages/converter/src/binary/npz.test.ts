import { describe, expect, it } from 'vitest'
import { valuesOf } from '../array-values.fixture.ts'
import { dataBytes, dataSource, failureOf } from '../files.fixture.ts'
import { sourceFromBytes } from '../source.ts'
import { openNpz, readNpz } from './npz.ts'
import { writeNpz } from './npz-writer.ts'

describe('readNpz', () => {
  it('reads np.savez', async () => {
    const arrays = await readNpz(dataSource('zip/savez.npz'))
    expect([...arrays.keys()]).toEqual(['named', 'arr_0'])
    expect(valuesOf(arrays.get('named') as never)).toEqual(['1.0', '0.0', '0.0', '1.0'])
  })

  it('reads np.savez_compressed', async () => {
    const npz = await openNpz(dataSource('zip/savez-compressed.npz'))
    expect((await npz.read('zeros')).shape).toEqual([50, 50])
  })

  it('names file and array in errors', async () => {
    const npz = await openNpz(sourceFromBytes('io.npz', dataBytes('zip/savez.npz')))
    expect(npz.has('none')).toBe(false)
    expect((await failureOf(() => npz.read('none'))).file).toBe('io.npz')
  })
})

describe('writeNpz', () => {
  it('writes what readNpz reads, the same bytes each time', async () => {
    const arrays = await readNpz(dataSource('zip/savez.npz'))
    const bytes = writeNpz(arrays)
    expect(writeNpz(arrays)).toEqual(bytes)
    const again = await readNpz(sourceFromBytes('again.npz', bytes))
    expect([...again]).toEqual([...arrays])
  })

  it('writes an empty archive', async () => {
    expect((await openNpz(sourceFromBytes('empty.npz', writeNpz([])))).names).toEqual([])
  })
})
