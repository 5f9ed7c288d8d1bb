import { describe, expect, it } from 'vitest'
import { float32Array, lazyArray, type LazyArray } from '../array.ts'
import type { StoredForm } from '../keras/dialects.ts'
import { noWeights, ownWeights, weight, type WeightNode } from './weight-tree.ts'
import { withStoredLayout } from './stored-layout.ts'

function counted(shape: readonly number[], from = 0): LazyArray {
  const length = shape.reduce((product, size) => product * size, 1)
  return lazyArray(
    float32Array(
      shape,
      Array.from({ length }, (_, index) => from + index),
    ),
  )
}

async function valuesOf(array: LazyArray | undefined): Promise<[readonly number[], number[]]> {
  if (!array) throw new Error('no such variable')
  const { data } = await array.read()
  return [array.shape, [...new Float32Array(data.slice().buffer)]]
}

function layoutOf(
  node: WeightNode,
  className: string,
  storedForm?: StoredForm,
): NonNullable<WeightNode['stored']> {
  const placed = withStoredLayout(node, { className, storedForm }, 1)
  const stored = placed.stored ?? placed.children[0]?.node.stored
  if (!stored) throw new Error('stored as ever')
  return stored
}

const inCell = (node: WeightNode): WeightNode => ({
  ...noWeights,
  children: [{ key: 'cell', paths: ['cell'], node }],
})

describe('kernels of Keras 1', () => {
  const node = ownWeights(weight('kernel', [1, 2, undefined, 3]))

  it('have the filters first', async () => {
    const layout = layoutOf(node, 'Conv2D', { kernel: 'filters_first' })
    expect(layout.slots[0]?.shape).toEqual([3, undefined, 1, 2])
    const found = new Map([['kernel', counted([3, 1, 1, 2])]])
    expect(await valuesOf(layout.assemble(found, false).get('kernel'))).toEqual([
      [1, 2, 1, 3],
      [0, 2, 4, 1, 3, 5],
    ])
    // Turned around for Theano: columns change places.
    expect(await valuesOf(layout.assemble(found, true).get('kernel'))).toEqual([
      [1, 2, 1, 3],
      [1, 3, 5, 0, 2, 4],
    ])
  })

  it('are no others for a transposed convolution', async () => {
    const transposed = ownWeights(weight('kernel', [1, 1, 3, undefined]))
    const last = layoutOf(transposed, 'Conv2DTranspose', { kernel: 'filters_last' })
    expect(last.slots[0]?.shape).toEqual([1, 1, undefined, 3])
    const found = new Map([['kernel', counted([1, 1, 2, 3])]])
    expect(await valuesOf(last.assemble(found, false).get('kernel'))).toEqual([
      [1, 1, 3, 2],
      [0, 3, 1, 4, 2, 5],
    ])
    const first = layoutOf(transposed, 'Conv2DTranspose', { kernel: 'filters_first' })
    expect(first.slots[0]?.shape).toEqual([3, undefined, 1, 1])
  })

  it('have a row more in one dimension', async () => {
    const layout = layoutOf(ownWeights(weight('kernel', [2, undefined, 1])), 'Conv1D', {
      kernel: 'one_row',
    })
    expect(layout.slots[0]?.shape).toEqual([2, 1, undefined, 1])
    const found = new Map([['kernel', counted([2, 1, 2, 1])]])
    expect(await valuesOf(layout.assemble(found, true).get('kernel'))).toEqual([
      [2, 2, 1],
      [2, 3, 0, 1],
    ])
  })

  it('are turned around for full convolutions only', () => {
    const separable = withStoredLayout(node, { className: 'SeparableConv2D' }, 2)
    expect(separable.stored).toBeUndefined()
    expect(withStoredLayout(node, { className: 'Conv2D' }, 3).stored).toBeUndefined()
  })
})

describe('gates apart', () => {
  it('are put side by side in the order of today', async () => {
    const cell = ownWeights(weight('kernel', [undefined, 4]), weight('bias', [4]))
    const layout = layoutOf(inCell(cell), 'LSTM', { gates: 'apart' })
    const names = layout.slots.map(({ name }) => name)
    expect(names.join(' ')).toBe('kernel_i bias_i kernel_c bias_c kernel_f bias_f kernel_o bias_o')
    expect(layout.slots[0]?.shape).toEqual([undefined, 1])
    const found = new Map(
      names.map((name, index) => [name, counted(name.startsWith('b') ? [1] : [2, 1], 10 * index)]),
    )
    const assembled = layout.assemble(found, false)
    expect(await valuesOf(assembled.get('kernel'))).toEqual([
      [2, 4],
      [0, 40, 20, 60, 1, 41, 21, 61],
    ])
    expect(await valuesOf(assembled.get('bias'))).toEqual([[4], [10, 50, 30, 70]])
  })
})

describe('cuDNN', () => {
  const cell = (bias: number[]): WeightNode =>
    ownWeights(
      weight('kernel', [undefined, 4]),
      weight('recurrent_kernel', [2, 4]),
      weight('bias', bias),
    )

  it('keeps the matrix of each gate transposed within its columns', async () => {
    const layout = layoutOf(inCell(cell([4])), 'LSTM', { cudnn: true })
    // Two gates of two units, three inputs.
    const found = new Map([
      ['kernel', lazyArray(float32Array([3, 4], [1, 2, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12]))],
      ['bias', counted([8])],
    ])
    const assembled = layout.assemble(found, false)
    expect(await valuesOf(assembled.get('kernel'))).toEqual([
      [3, 4],
      [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12],
    ])
    expect(layout.slots[2]?.shape).toEqual([8])
    expect(await valuesOf(assembled.get('bias'))).toEqual([[4], [4, 6, 8, 10]])
  })

  it('has two biases for a GRU', async () => {
    const layout = layoutOf(inCell(cell([2, 4])), 'GRU', { cudnn: true })
    const assembled = layout.assemble(new Map([['bias', counted([8])]]), false)
    expect(await valuesOf(assembled.get('bias'))).toEqual([
      [2, 4],
      [0, 1, 2, 3, 4, 5, 6, 7],
    ])
  })
})
