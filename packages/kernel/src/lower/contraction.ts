import { elementCount, ModelError, type Layer } from '@dotplus/core'
import { storageOf } from '../dtype/element-type.ts'
import { matmulScratchBytes, writeMatmul } from '../records.ts'
import { LowerContext, type Value } from './context.ts'
import type { Labels } from './equation.ts'
import { transpose } from './permute.ts'
import { reduce } from './reduce.ts'
import { stepsOf, strided } from './strided.ts'

/** A tensor with a label for each axis. */
export interface Labelled {
  readonly value: Value
  readonly labels: Labels
}

/** A tensor with the elements between neighbours along each label; 0 along labels it does not have. */
export interface Stepped {
  readonly value: Value
  readonly labels: Labels
  readonly steps: ReadonlyMap<string, number>
}

export type Sizes = ReadonlyMap<string, number>

/**
 * Sum of products of two tensors over the labels that the output lacks: numpy.einsum of two operands. Runs as batched
 * matrix products that walk both operands where they lie, as far as strides can say it.
 */
export function contract(
  context: LowerContext,
  layer: Layer,
  x: Labelled,
  y: Labelled,
  output: Labels,
): Value {
  const sizes = sizesOf([x, y], layer)
  if (storageOf(x.value.dtype) !== 'f32') {
    const operands = [x, y].map((operand) => stepped(operand, sizes))
    return context.host.contract(context, operands, output, sizes)
  }
  const [first, second] = [x, y].map((operand, i) =>
    stepped(sumAlone(context, layer, operand, i === 0 ? y : x, output), sizes),
  ) as [Stepped, Stepped]
  // The columns of the product are what the output ends with.
  const last = output.at(-1)
  const swap = last !== undefined && first.labels.includes(last) && !second.labels.includes(last)
  return product(context, layer, swap ? second : first, swap ? first : second, output, sizes)
}

/** einsum of one operand: diagonals, sums and a permutation. */
export function rearrange(context: LowerContext, layer: Layer, x: Labelled, output: Labels): Value {
  const sizes = sizesOf([x], layer)
  if (storageOf(x.value.dtype) !== 'f32')
    return context.host.contract(context, [stepped(x, sizes)], output, sizes)
  const none = { value: x.value, labels: [] }
  const { value, steps } = stepped(sumAlone(context, layer, x, none, output), sizes)
  return strided(context, value, {
    offset: 0,
    lengths: output.map((label) => sizes.get(label) as number),
    steps: output.map((label) => steps.get(label) as number),
  })
}

function sizesOf(operands: readonly Labelled[], layer: Layer): Sizes {
  const sizes = new Map<string, number>()
  for (const { value, labels } of operands) {
    for (const [axis, label] of labels.entries()) {
      const size = value.shape[axis] as number
      const known = sizes.get(label) ?? size
      if (known !== size && known !== 1 && size !== 1) {
        throw new ModelError('shapes of a contraction', {
          layer: layer.name,
          expected: `${known} along ${label}`,
          got: `${size} in (${value.shape.join(', ')})`,
        })
      }
      sizes.set(label, known === 1 ? size : known)
    }
  }
  return sizes
}

/** A label twice in one operand is its diagonal; along an axis of length 1 one element is used over and over. */
function stepped({ value, labels }: Labelled, sizes: Sizes): Stepped {
  const steps = new Map<string, number>()
  for (const [axis, step] of stepsOf(value.shape).entries()) {
    const label = labels[axis] as string
    const own = value.shape[axis] === 1 && sizes.get(label) !== 1 ? 0 : step
    steps.set(label, (steps.get(label) ?? 0) + own)
  }
  return { value, labels: [...steps.keys()], steps }
}

/** Sums over labels that neither the other operand nor the output has. */
function sumAlone(
  context: LowerContext,
  layer: Layer,
  x: Labelled,
  other: Labelled,
  output: Labels,
): Labelled {
  const alone = (label: string): boolean => !other.labels.includes(label) && !output.includes(label)
  const axes = [...x.labels.keys()].filter((axis) => alone(x.labels[axis] as string))
  if (axes.length === 0) return x
  const names = axes.map((axis) => x.labels[axis])
  if (new Set(names).size !== names.length)
    throw new ModelError('a trace in an einsum', {
      layer: layer.name,
      expected: 'each summed label once per operand',
      got: x.labels.join(''),
    })
  return {
    value: reduce(context, layer, 'sum', x.value, axes, false),
    labels: x.labels.filter((label) => !alone(label)),
  }
}

/** Length and step of several labels walked as one, innermost last; undefined when no single step does. */
function joint(
  labels: Labels,
  steps: ReadonlyMap<string, number>,
  sizes: Sizes,
): { length: number; step: number } | undefined {
  let length = 1
  let step = 0
  for (const label of labels.toReversed()) {
    const size = sizes.get(label) as number
    if (size === 1) continue
    const own = steps.get(label) ?? 0
    if (length === 1) step = own
    else if (own !== step * length) return undefined
    length *= size
  }
  return { length, step }
}

/** The operand written anew with its labels in this order. */
function ordered(context: LowerContext, x: Stepped, labels: Labels, sizes: Sizes): Stepped {
  const lengths = labels.map((label) => sizes.get(label) as number)
  const value = strided(context, x.value, {
    offset: 0,
    lengths,
    steps: labels.map((label) => x.steps.get(label) as number),
  })
  const steps = stepsOf(lengths)
  return { value, labels, steps: new Map(labels.map((label, i) => [label, steps[i] as number])) }
}

function product(
  context: LowerContext,
  layer: Layer,
  left: Stepped,
  right: Stepped,
  output: Labels,
  sizes: Sizes,
): Value {
  const both = (label: string): boolean =>
    left.labels.includes(label) && right.labels.includes(label)
  const inner = left.labels.filter((label) => both(label) && !output.includes(label))
  const batch = output.filter(both)
  const rows = output.filter((label) => left.labels.includes(label) && !both(label))
  const columns = output.filter((label) => right.labels.includes(label) && !both(label))
  // Columns have to end the output; otherwise the product is computed so and permuted.
  const canonical = [...batch, ...rows, ...columns]
  const direct = columns.every((label, i) => output.at(i - columns.length) === label)
  const target = direct ? output : canonical

  let a = left
  const along = joint(inner, a.steps, sizes)
  if (!along || (along.length > 1 && along.step !== 1))
    a = ordered(
      context,
      a,
      [...batch, ...rows, ...inner].filter((label) => a.labels.includes(label)),
      sizes,
    )
  let b = right
  if (!joint(inner, b.steps, sizes) || !joint(columns, b.steps, sizes))
    b = ordered(context, b, [...batch, ...inner, ...columns], sizes)

  const shape = target.map((label) => sizes.get(label) as number)
  const y = context.value(shape)
  const targetSteps = stepsOf(shape)
  const ySteps = new Map(target.map((label, i) => [label, targetSteps[i] as number]))
  // As many of the innermost row labels as one step walks in both a and y are the rows of a product.
  let split = rows.length
  while (
    split > 0 &&
    joint(rows.slice(split - 1), a.steps, sizes) &&
    joint(rows.slice(split - 1), ySteps, sizes)
  )
    split -= 1
  const matrixRows = rows.slice(split)
  // Labels that b lacks vary fastest, so that neighbouring products share b.
  const outer = [...batch, ...rows.slice(0, split)].filter((label) => sizes.get(label) !== 1)
  if (elementCount(shape) > 0) {
    emitProducts(context, {
      a,
      b,
      y,
      ySteps,
      sizes,
      outer,
      m: [joint(matrixRows, a.steps, sizes), joint(matrixRows, ySteps, sizes)] as [Joint, Joint],
      k: joint(inner, b.steps, sizes) as Joint,
      n: joint(columns, b.steps, sizes) as Joint,
    })
  }
  if (direct) return y
  return transpose(
    context,
    layer,
    y,
    output.map((label) => target.indexOf(label)),
  )
}

interface Joint {
  readonly length: number
  readonly step: number
}

interface Products {
  readonly a: Stepped
  readonly b: Stepped
  readonly y: Value
  readonly ySteps: ReadonlyMap<string, number>
  readonly sizes: Sizes
  readonly outer: Labels
  readonly m: readonly [inA: Joint, inY: Joint]
  readonly k: Joint
  readonly n: Joint
}

function emitProducts(
  context: LowerContext,
  { a, b, y, ySteps, sizes, outer, m, k, n }: Products,
): void {
  const lengths = outer.map((label) => sizes.get(label) as number)
  const bytes = (steps: ReadonlyMap<string, number>): number[] =>
    outer.map((label) => 4 * (steps.get(label) ?? 0))
  const axes = context.constant(
    Uint32Array.from([...lengths, ...bytes(a.steps), ...bytes(b.steps), ...bytes(ySteps), 0]),
  )
  const count = elementCount(lengths)
  const scratch = context.value([matmulScratchBytes(k.length, n.length) / 4])
  const whole = ({ buffer }: Value) => ({ buffer, rowBytes: buffer.byteLength })
  const [readA, readB, write, packed] = [a.value, b.value, y, scratch].map(whole) as [
    ReturnType<typeof whole>,
    ReturnType<typeof whole>,
    ReturnType<typeof whole>,
    ReturnType<typeof whole>,
  ]
  context.push({
    kind: 'matmul',
    rows: count,
    reads: [readA, readB],
    writes: [write, packed],
    inPlace: false,
    tileable: false,
    splittable: true,
    flops: 2 * count * m[0].length * k.length * n.length,
    emit: (program, index, place) =>
      writeMatmul(program, index, {
        count,
        m: m[0].length,
        k: k.length,
        n: n.length,
        a: place.address(readA),
        aStride: m[0].step * 4,
        b: place.address(readB),
        bStrides: [k.step * 4, n.step * 4],
        y: place.address(write),
        yStride: m[0].length > 1 ? m[1].step * 4 : n.length * 4,
        scratch: place.address(packed),
        rank: lengths.length,
        axes: place.constant(axes),
      }),
  })
}
