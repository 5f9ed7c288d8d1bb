import { describe, expect, it } from 'vitest'
import { linear, type Activation } from '../program.ts'
import { takingSteps, type Epilogue } from '../lower/epilogue.ts'
import { fuse } from './fuse.ts'
import type { Buffer, Op, OpBody, Step } from './op.ts'

let id = 0
const buffer = (byteLength = 64): Buffer => ({ id: id++, byteLength })
const relu: Activation = { code: 2, parameters: [] }

function op(kind: string, reads: Buffer[], y: Buffer, more: Partial<Op> = {}): Op {
  const operand = (of: Buffer) => ({ buffer: of, rowBytes: 16 })
  return {
    layer: kind,
    kind,
    rows: 4,
    reads: reads.map(operand),
    writes: [operand(y)],
    inPlace: false,
    tileable: true,
    emit: () => undefined,
    ...more,
  }
}

/** An op that takes a sum and a function, its kind telling which. */
function product(x: Buffer, y: Buffer, layer = 'product'): Op {
  const make = (epilogue: Epilogue, to: Buffer): OpBody => {
    const { activation, residual } = epilogue
    const kind = `product${residual ? '+add' : ''}${activation === linear ? '' : '+relu'}`
    return op(kind, residual ? [x, residual] : [x], to, {
      withStep: takingSteps(epilogue, make),
    })
  }
  return { ...make({ activation: linear }, y), layer }
}

const activation = (x: Buffer, y: Buffer): Op =>
  op('activation', [x], y, { step: { kind: 'activation', activation: relu } as Step })
const add = (a: Buffer, b: Buffer, y: Buffer): Op =>
  op('add', [a, b], y, { step: { kind: 'add' } as Step })

const kinds = (ops: readonly Op[]): string[] => ops.map(({ kind }) => kind)

describe('fuse', () => {
  it('lets a product do the sum and the function after it', () => {
    const [x, other, a, b, y] = [buffer(), buffer(), buffer(), buffer(), buffer()]
    const ops = fuse([product(x, a), add(other, a, b), activation(b, y)], new Set([y]))
    expect(kinds(ops)).toEqual(['product+add+relu'])
    expect(ops[0]!.layer).toBe('product')
    expect(ops[0]!.reads.map((read) => read.buffer)).toEqual([x, other])
    expect(ops[0]!.writes[0]!.buffer).toBe(y)
  })

  it('moves the later of two products to the sum of both', () => {
    const [x, a, b, y] = [buffer(), buffer(), buffer(), buffer()]
    const ops = fuse([product(x, a, 'first'), product(x, b, 'second'), add(a, b, y)], new Set([y]))
    expect(ops.map(({ layer, kind }) => [layer, kind])).toEqual([
      ['first', 'product'],
      ['second', 'product+add'],
    ])
  })

  it('takes one function and no sum after it', () => {
    const [x, other, a, b, c, y] = [buffer(), buffer(), buffer(), buffer(), buffer(), buffer()]
    const steps = [product(x, a), activation(a, b), activation(b, c), add(c, other, y)]
    expect(kinds(fuse(steps, new Set([y])))).toEqual(['product+relu', 'activation', 'add'])
  })

  it.each([
    [
      'is kept',
      (x: Buffer, a: Buffer, y: Buffer) => [
        [product(x, a), activation(a, y)],
        [a, y],
      ],
    ],
    [
      'is read twice',
      (x: Buffer, a: Buffer, y: Buffer) => [
        [product(x, a), activation(a, y), op('other', [a], buffer())],
        [y],
      ],
    ],
    [
      'has another part',
      (x: Buffer, a: Buffer, y: Buffer) => [[product(x, a), product(x, a), activation(a, y)], [y]],
    ],
    [
      'is added to itself',
      (x: Buffer, a: Buffer, y: Buffer) => [[product(x, a), add(a, a, y)], [y]],
    ],
    [
      'comes from what changes in between',
      (x: Buffer, a: Buffer, y: Buffer) => [
        [product(x, a), op('state', [], x), activation(a, y)],
        [y],
      ],
    ],
  ] as const)('leaves a result alone that %s', (_, given) => {
    const [ops, kept] = given(buffer(), buffer(), buffer()) as [Op[], Buffer[]]
    expect(fuse(ops, new Set(kept))).toEqual(ops)
  })

  it('leaves a step over a part or a view of another size alone', () => {
    const [x, a, y] = [buffer(), buffer(), buffer(32)]
    const ops = [product(x, a), activation(a, y)]
    expect(fuse(ops, new Set([y]))).toEqual(ops)
  })
})
