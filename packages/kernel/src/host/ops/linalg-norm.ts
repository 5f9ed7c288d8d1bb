import { elementCount, type Layer } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import { type LowerContext, unsupported, type Value } from '../../lower/context.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { resolveAxes } from '../../lower/reduce.ts'
import { linesOf, reducedShape, reduceLines } from '../lines.ts'
import { factorSvd } from '../matrix.ts'
import { numericOp } from '../numeric.ts'
import { meet } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'
import { floating, perMatrix } from './linalg.ts'
import { vectorNorm } from './normalization.ts'

/** numpy.linalg.norm of vectors along one axis, of matrices over two, or of all elements. */
function norm(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const x = floating(context, given)
  const value = given.value('ord')
  const ord =
    value?.kind === 'text'
      ? value.text
      : value?.kind === 'integer'
        ? value.integer
        : value?.kind === 'number'
          ? value.number
          : undefined
  const axes = resolveAxes(given.integers('axis'), x.shape.length, layer)
  const keepdims = given.flag('keepdims')
  if (ord === undefined || ord === 'fro' || axes.length === 1) {
    const order = typeof ord === 'number' ? ord : 2
    if (typeof ord === 'string' && ord !== 'fro') throw unsupported(layer, 'ord', ord)
    return reduceLines(context, layer, 'norm', x, axes, keepdims, x.dtype, (line, f) =>
      vectorNorm(line, order, f),
    )
  }
  if (axes.length !== 2) throw unsupported(layer, 'ord over axes', axes.join(', '))
  const given2 =
    given.integers('axis')?.map((axis) => (axis < 0 ? axis + x.shape.length : axis)) ?? axes
  const [row, column] = given2 as [number, number]
  const { lines } = linesOf(context, layer, x, [row, column])
  const [rows, columns] = [x.shape[row] as number, x.shape[column] as number]
  const shape = reducedShape(x.shape, axes, keepdims)
  const matrices = context.view(lines, [elementCount(shape), rows, columns])
  const results = [{ shape: [], dtype: x.dtype }]
  const [y] = perMatrix(context, layer, 'norm', matrices, results, (a, _r, _c, write) => {
    const sums = (along: 'rows' | 'columns'): number[] =>
      Array.from({ length: along === 'rows' ? rows : columns }, (_, i) =>
        Array.from({ length: along === 'rows' ? columns : rows }, (__, j) =>
          Math.abs(along === 'rows' ? a[i * columns + j]! : a[j * columns + i]!),
        ).reduce((p, q) => p + q, 0),
      )
    write(
      matrixNorm(layer, ord, sums, () => factorSvd(a, rows, columns).s),
      0,
    )
  })
  return context.view(y as Value, shape)
}

function matrixNorm(
  layer: Layer,
  ord: number | string,
  sums: (along: 'rows' | 'columns') => number[],
  singular: () => number[],
): number {
  switch (ord) {
    case 1:
      return Math.max(...sums('columns'))
    case -1:
      return Math.min(...sums('columns'))
    case Infinity:
      return Math.max(...sums('rows'))
    case -Infinity:
      return Math.min(...sums('rows'))
    case 2:
      return Math.max(...singular())
    case -2:
      return Math.min(...singular())
    case 'nuc':
      return singular().reduce((a, b) => a + b, 0)
    default:
      throw unsupported(layer, 'ord', `${ord}`)
  }
}

export const norms: GeneralOps = {
  'linalg.norm': general('x', 'ord axis keepdims', norm),
  cdist: general('x y', '', (context, layer, given) => {
    const tensors = [given.tensor('x'), given.tensor('y')]
    const dtype = meet(layer, tensors, 'float')
    const [x, y] = tensors.map((value) => cast(context, value, dtype)) as [Value, Value]
    const [n, width] = x.shape.slice(-2) as [number, number]
    const m = y.shape.at(-2) as number
    const batch = x.shape.slice(0, -2)
    if (batch.join() !== y.shape.slice(0, -2).join())
      throw unsupported(layer, 'cdist', 'of batches that are broadcast')
    return numericOp(
      context,
      'cdist',
      [x, y],
      [{ shape: [...batch, n, m], dtype }],
      ([a, b], [to]) => {
        for (let i = 0; i < to!.length; i++) {
          const row = Math.floor(i / m) * width
          const other = (Math.floor(i / (n * m)) * m + (i % m)) * width
          let sum = 0
          for (let k = 0; k < width; k++)
            sum += (a![row + k]! - b![other + k]!) * (a![row + k]! - b![other + k]!)
          to![i] = Math.sqrt(sum)
        }
      },
    )
  }),
}
