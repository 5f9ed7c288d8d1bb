import { ModelError, UnsupportedError } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../instantiate.fixture.ts'
import type { Tensor } from '../model/tensor.ts'
import { randomFloats } from '../wasm/testing.ts'
import { input, opModel } from './model.fixture.ts'

const x: Pick<Tensor, 'data' | 'shape'> = {
  data: Float32Array.from({ length: 24 }, (_, i) => i),
  shape: [2, 3, 4],
}

async function run(
  name: string,
  given: readonly unknown[],
  settings: Readonly<Record<string, unknown>> = {},
  inputs: readonly Pick<Tensor, 'data' | 'shape'>[] = [x],
): Promise<Tensor> {
  const ranks = inputs.map(({ shape }) => shape.length)
  using model = await instantiate(opModel(name, ranks, given, settings))
  return model.predict([...inputs]) as Tensor
}

const slice = (start: number | null, stop: number | null, step: number | null = null): unknown => {
  const bound = (value: number | null): unknown =>
    value === null ? undefined : { kind: 'integer', integer: value }
  return { kind: 'slice', slice: { start: bound(start), stop: bound(stop), step: bound(step) } }
}
const ellipsis = { kind: 'ellipsis', ellipsis: true }

describe('get_item', () => {
  it.each([
    ['[:, 1]', [slice(null, null), 1], [2, 4], [4, 5, 6, 7, 16, 17, 18, 19]],
    ['[..., -1]', [ellipsis, -1], [2, 3], [3, 7, 11, 15, 19, 23]],
    ['[1, ::-2, None, 0]', [1, slice(null, null, -2), null, 0], [2, 1], [20, 12]],
    ['[0, 5:1:-1, 1:-1]', [0, slice(5, 1, -1), slice(1, -1)], [1, 2], [9, 10]],
    ['[:, 3:]', [slice(null, null), slice(3, null)], [2, 0, 4], []],
  ])('x%s', async (_, key, shape, data) => {
    const y = await run('get_item', [input(0), key])
    expect(y.shape).toEqual(shape)
    expect([...y.data]).toEqual(data)
  })

  it('refuses an index that is out of range', async () => {
    await expect(run('get_item', [input(0), [2]])).rejects.toThrow(
      'layer node: an index: expected from -2 to 1, got 2',
    )
  })
})

describe('shape functions', () => {
  it.each([
    ['flip', [], { axis: [0, 2] }, (i: number, j: number, k: number) => [1 - i, j, 3 - k]],
    ['roll', [], { shift: 5, axis: 1 }, (i: number, j: number, k: number) => [i, (j + 1) % 3, k]],
  ] as const)('%s', async (name, given, settings, from) => {
    const y = await run(name, [input(0), ...given], settings)
    expect(y.shape).toEqual(x.shape)
    const expected = [...x.data].map((__, at) => {
      const [i, j, k] = from(Math.floor(at / 12), Math.floor(at / 4) % 3, at % 4)
      return i! * 12 + j! * 4 + k!
    })
    expect([...y.data]).toEqual(expected)
  })

  it('pads with a constant, by reflection and symmetrically', async () => {
    const row = { data: Float32Array.of(1, 2, 3), shape: [1, 3] }
    const widths = { pad_width: [[0, 0], [2, 1]] } // prettier-ignore
    const padded = async (mode: string, value: number | null): Promise<number[]> => [
      ...(await run('pad', [input(0), value], { ...widths, mode }, [row])).data,
    ]
    expect(await padded('constant', 7)).toEqual([7, 7, 1, 2, 3, 7])
    expect(await padded('reflect', null)).toEqual([3, 2, 1, 2, 3, 2])
    expect(await padded('symmetric', null)).toEqual([2, 1, 1, 2, 3, 3])
  })

  it('tiles and repeats', async () => {
    const row = { data: Float32Array.of(1, 2), shape: [1, 2] }
    expect([...(await run('tile', [input(0)], { repeats: [2, 2] }, [row])).data]).toEqual([1, 2, 1, 2, 1, 2, 1, 2]) // prettier-ignore
    expect([...(await run('repeat', [input(0)], { repeats: 2, axis: 1 }, [row])).data]).toEqual([1, 1, 2, 2]) // prettier-ignore
  })

  it('splits unevenly only where it may', async () => {
    const settings = { indices_or_sections: 3, axis: -1 }
    using model = await instantiate(opModel('array_split', [3], [input(0)], settings, 3))
    const parts = Object.values(model.predict([x]) as unknown as Record<string, Tensor>)
    expect(parts.map(({ shape }) => shape)).toEqual([[2, 3, 2], [2, 3, 1], [2, 3, 1]]) // prettier-ignore
    await expect(run('split', [input(0)], settings)).rejects.toThrow(ModelError)
  })
})

describe('reductions', () => {
  it('run over any axes, together', async () => {
    const sum = await run('sum', [input(0)], { axis: [0, -1], keepdims: true })
    expect(sum.shape).toEqual([1, 3, 1])
    expect([...sum.data]).toEqual([60, 92, 124])
    const all = await run('mean', [input(0)], { axis: null })
    expect(all.shape).toEqual([])
    expect([...all.data]).toEqual([11.5])
  })

  it('logsumexp stays finite, and gives the infinite where it is infinite', async () => {
    const data = Float32Array.of(1000, 1000, -Infinity, -Infinity, 5, Infinity)
    const y = await run('logsumexp', [input(0)], { axis: 1 }, [{ data, shape: [3, 2] }])
    expect([...y.data]).toEqual([Math.fround(1000 + Math.LN2), -Infinity, Infinity])
  })
})

describe('einsum', () => {
  const sizes: Readonly<Record<string, number>> = { b: 2, c: 3, i: 4, j: 5, k: 3, l: 2 }

  /** Sum over all labels, one element after the other. */
  function naive(equation: string, operands: readonly Float32Array[]): number[] {
    const [left = '', output = ''] = equation.split('->')
    const specs = left.split(',')
    const labels = [...new Set(left.replaceAll(',', ''))]
    const at = (spec: string, index: Readonly<Record<string, number>>): number =>
      [...spec].reduce((sum, label) => sum * sizes[label]! + index[label]!, 0)
    const y = Array<number>([...output].reduce((count, label) => count * sizes[label]!, 1)).fill(0)
    const total = labels.reduce((count, label) => count * sizes[label]!, 1)
    for (let n = 0; n < total; n++) {
      const index: Record<string, number> = {}
      let rest = n
      for (const label of labels) {
        index[label] = rest % sizes[label]!
        rest = Math.floor(rest / sizes[label]!)
      }
      y[at(output, index)]! += operands.reduce(
        (product, data, i) => product * data[at(specs[i]!, index)]!,
        1,
      )
    }
    return y
  }

  it.each([
    'bij,bjk->bik',
    'bij,bkj->bki',
    'ij,jk->ki',
    'bij,bjk->kib',
    'bic,bjc->bcij',
    'ijk,kji->',
    'i,j->ij',
    'ij,ij->ij',
    'bijc,bjkc->bikc',
    'bi,ci->bc',
    'bcij,bckj->bcik',
    'bjci,bkcj->bkci',
    'bij,j->b',
    'bij,bk->bik',
    'bij->jb',
    'bicj->bj',
    'bij,bjk,bkl->bil',
    'ij,bc->bicj',
    'bij,ic->bcj',
  ])('%s', async (equation) => {
    const specs = equation.split('->')[0]!.split(',')
    const tensors = specs.map((spec, seed) => {
      const shape = [...spec].map((label) => sizes[label]!)
      return {
        data: randomFloats(
          shape.reduce((a, b) => a * b, 1),
          seed + 1,
        ),
        shape,
      }
    })
    const y = await run(
      'einsum',
      tensors.map((_, i) => input(i)),
      { subscripts: equation },
      tensors,
    )
    expect(y.shape).toEqual([...equation.split('->')[1]!].map((label) => sizes[label]!))
    const expected = naive(
      equation,
      tensors.map(({ data }) => data),
    )
    expected.forEach((value, i) => expect(y.data[i], `element ${i}`).toBeCloseTo(value, 5))
  })

  it('takes diagonals', async () => {
    const data = Float32Array.from({ length: 9 }, (_, i) => i)
    const y = await run('einsum', [input(0)], { subscripts: 'ii->i' }, [{ data, shape: [3, 3] }])
    expect([...y.data]).toEqual([0, 4, 8])
  })
})

describe('typed errors', () => {
  it.each([
    [
      'an unknown function',
      'frobnicate',
      {},
      /the function keras.ops is not supported yet: got frobnicate/,
    ],
    ['an unknown setting', 'sum', { where: 1 }, /a setting of sum is not supported yet: got where/],
    [
      'a dtype of what gives bools',
      'any',
      { dtype: 'int32' },
      /a setting of any is not supported yet: got dtype/,
    ],
    ['a name of every object', 'constructor', {}, /got constructor/],
  ])('%s', async (_, name, settings, message) => {
    const loading = instantiate(opModel(name, [2], [input(0)], settings))
    await expect(loading).rejects.toThrow(message)
    await expect(loading).rejects.toBeInstanceOf(UnsupportedError)
  })

  it('an axis that is not there', async () => {
    await expect(run('sum', [input(0)], { axis: 3 })).rejects.toThrow(
      'layer node: axis: expected from -3 to 2, got 3',
    )
  })
})
