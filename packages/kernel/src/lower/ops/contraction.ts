import { elementCount, ModelError, type Layer } from '@dotplus/core'
import { resolveAxis, unsupported, type LowerContext, type Value } from '../context.ts'
import { contract, rearrange, type Labelled } from '../contraction.ts'
import { readEquation, type Labels } from '../equation.ts'
import type { OpDefinition } from './arguments.ts'

/** numpy.matmul: matrices in the last two axes, all axes before broadcast; a vector is a row on the left, a column on the right. */
export function matmul(context: LowerContext, layer: Layer, a: Value, b: Value): Value {
  if (a.shape.length === 0 || b.shape.length === 0)
    throw unsupported(layer, 'a product of matrices', 'with a scalar')
  const under = (rank: number): string[] =>
    Array.from({ length: Math.max(rank - 2, 0) }, (_, i) => `.${rank - 2 - i}`)
  const [before, after] = [under(a.shape.length), under(b.shape.length)]
  const rows = a.shape.length === 1 ? [] : ['m']
  const columns = b.shape.length === 1 ? [] : ['n']
  return contract(
    context,
    layer,
    { value: a, labels: [...before, ...rows, 'k'] },
    { value: b, labels: [...after, 'k', ...columns] },
    [...(before.length > after.length ? before : after), ...rows, ...columns],
  )
}

/** Labels of a tensor's axes, those of `axes` shared with the other operand. */
function labelled(value: Value, side: string, axes: readonly number[]): Labelled {
  const labels = value.shape.map((_, axis) =>
    axes.includes(axis) ? `k${axes.indexOf(axis)}` : `${side}${axis}`,
  )
  return { value, labels }
}

/** numpy.tensordot over pairs of axes. */
function tensordot(
  context: LowerContext,
  layer: Layer,
  a: Value,
  b: Value,
  axesOfA: readonly number[],
  axesOfB: readonly number[],
): Value {
  const left = labelled(a, 'm', axesOfA)
  const right = labelled(b, 'n', axesOfB)
  const kept = ({ labels }: Labelled): string[] => labels.filter((label) => !label.startsWith('k'))
  return contract(context, layer, left, right, [...kept(left), ...kept(right)])
}

const pair = (
  lower: (context: LowerContext, layer: Layer, a: Value, b: Value) => Value,
): OpDefinition => ({
  parameters: ['x1', 'x2'],
  lower: (context, layer, given) => [lower(context, layer, given.tensor('x1'), given.tensor('x2'))],
})

const flat = (context: LowerContext, x: Value): Value => context.view(x, [elementCount(x.shape)])

/** Labels that later operands or the output still need. */
function stillNeeded(labels: Labels, rest: readonly Labels[]): string[] {
  return [...new Set(labels)].filter((label) => rest.some((each) => each.includes(label)))
}

const mostOperands = 8

export const contractionOps: Readonly<Record<string, OpDefinition>> = {
  matmul: pair(matmul),
  dot: pair((context, layer, a, b) =>
    tensordot(context, layer, a, b, [a.shape.length - 1], [Math.max(b.shape.length - 2, 0)]),
  ),
  inner: pair((context, layer, a, b) =>
    tensordot(context, layer, a, b, [a.shape.length - 1], [b.shape.length - 1]),
  ),
  outer: pair((context, layer, a, b) =>
    tensordot(context, layer, flat(context, a), flat(context, b), [], []),
  ),
  vdot: pair((context, layer, a, b) =>
    tensordot(context, layer, flat(context, a), flat(context, b), [0], [0]),
  ),
  tensordot: {
    parameters: ['x1', 'x2'],
    settings: ['axes'],
    lower(context, layer, given) {
      const [a, b] = [given.tensor('x1'), given.tensor('x2')]
      const [rank, other] = [a.shape.length, b.shape.length]
      const axes = given.value('axes')
      if (axes === undefined || axes.kind === 'integer') {
        const count = axes === undefined ? 2 : axes.integer
        const last = Array.from({ length: count }, (_, i) => rank - count + i)
        return [tensordot(context, layer, a, b, last, [...Array(count).keys()])]
      }
      const flatAxes = given.integers('axes') ?? []
      const half = flatAxes.length / 2
      if (!Number.isInteger(half)) {
        throw new ModelError('axes of tensordot', {
          layer: layer.name,
          expected: 'as many of each operand',
          got: flatAxes.join(', '),
        })
      }
      const left = flatAxes.slice(0, half).map((axis) => resolveAxis(axis, rank, layer))
      const right = flatAxes.slice(half).map((axis) => resolveAxis(axis, other, layer))
      return [tensordot(context, layer, a, b, left, right)]
    },
  },
  einsum: {
    parameters: Array.from({ length: mostOperands }, (_, i) => `operand ${i + 1}`),
    settings: ['subscripts'],
    lower(context, layer, given) {
      const values: Value[] = []
      for (let i = 1; given.value(`operand ${i}`); i++) values.push(given.tensor(`operand ${i}`))
      const ranks = values.map(({ shape }) => shape.length)
      const { operands, output } = readEquation(given.text('subscripts', ''), ranks, layer)
      const [first, ...others] = values.map((value, i) => ({
        value,
        labels: operands[i] as Labels,
      }))
      if (!first)
        throw new ModelError('operands of einsum', {
          layer: layer.name,
          expected: 'at least 1',
          got: '0',
        })
      if (others.length === 0) return [rearrange(context, layer, first, output)]
      // From left to right, each step keeping what a later one needs.
      let result: Labelled = first
      for (const [i, other] of others.entries()) {
        const rest = [output, ...others.slice(i + 1).map(({ labels }) => labels)]
        const last = i === others.length - 1
        const labels = last ? output : stillNeeded([...result.labels, ...other.labels], rest)
        result = { value: contract(context, layer, result, other, labels), labels }
      }
      return [result.value]
    },
  },
}
