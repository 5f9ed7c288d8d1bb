import { elementCount, type Layer } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import {
  type ElementType,
  type LowerContext,
  unsupported,
  type Value,
} from '../../lower/context.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { factorSvd, type Matrix, multiply, solve, solveTriangular, transposed } from '../matrix.ts'
import { numericOp } from '../numeric.ts'
import { meet } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'
import { floating, perMatrix } from './linalg.ts'

/** Distance of 1 to the next number of a dtype. */
const epsilons: Readonly<Partial<Record<ElementType, number>>> = {
  float64: 2 ** -52,
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
}
const epsilonOf = (dtype: ElementType): number => epsilons[dtype] ?? 2 ** -23

/** The pseudo-inverse (columns, rows), singular values up to `cutoff` times the largest taken for 0. */
function pseudoInverse(a: Matrix, rows: number, columns: number, cutoff: number): Matrix {
  const { u, s, vt } = factorSvd(a, rows, columns)
  const k = s.length
  const inverse = s.map((e) => (e > cutoff * (s[0] ?? 0) ? 1 / e : 0))
  const scaled = vt.map((e, i) => e * inverse[Math.floor(i / columns)]!)
  return multiply(transposed(scaled, k, columns), transposed(u, rows, k), columns, k, rows)
}

/** b of a system: a matrix, or a vector seen as one. */
function systemOf(context: LowerContext, layer: Layer, given: OpArguments) {
  const tensors = [given.tensor('a'), given.tensor('b')]
  const dtype = meet(layer, tensors, 'float')
  const [a, own] = tensors.map((x) => cast(context, x, dtype)) as [Value, Value]
  const vector = own.shape.length === a.shape.length - 1
  const b = vector ? context.view(own, [...own.shape, 1]) : own
  return { a, b, vector, dtype }
}

function solving(
  context: LowerContext,
  layer: Layer,
  given: OpArguments,
  kind: string,
  f: (a: Matrix, n: number, b: Matrix, columns: number) => Matrix,
): Value {
  const { a, b, vector, dtype } = systemOf(context, layer, given)
  const [n, columns] = b.shape.slice(-2) as [number, number]
  const batch = elementCount(a.shape.slice(0, -2))
  const y = numericOp(context, kind, [a, b], [{ shape: b.shape, dtype }], ([p, q], [to]) => {
    for (let i = 0; i < batch; i++) {
      const left = Float64Array.from(p!.subarray(i * n * n, (i + 1) * n * n))
      const right = Float64Array.from(q!.subarray(i * n * columns, (i + 1) * n * columns))
      const x = f(left, n, right, columns)
      for (let k = 0; k < x.length; k++) to![i * n * columns + k] = x[k]!
    }
  })[0] as Value
  return vector ? context.view(y, y.shape.slice(0, -1)) : y
}

export const linearSystems: GeneralOps = {
  'linalg.solve': general('a b', '', (context, layer, given) =>
    solving(context, layer, given, 'solve', solve),
  ),
  'linalg.solve_triangular': general('a b', 'lower', (context, layer, given) => {
    const lower = given.flag('lower')
    return solving(context, layer, given, 'solve_triangular', (a, n, b, columns) =>
      solveTriangular(a, n, b, columns, lower),
    )
  }),
  'linalg.pinv': general('x', 'rcond', (context, layer, given) => {
    const x = floating(context, given)
    const [rows, columns] = x.shape.slice(-2) as [number, number]
    const cutoff = given.number('rcond', 10 * Math.max(rows, columns) * epsilonOf(x.dtype))
    const results = [{ shape: [columns, rows], dtype: x.dtype }]
    return perMatrix(context, layer, 'pinv', x, results, (a, _r, _c, write) =>
      write(pseudoInverse(a, rows, columns, cutoff), 0),
    )
  }),
  'linalg.matrix_rank': general('x', 'tol', (context, layer, given) => {
    const x = floating(context, given)
    const [rows, columns] = x.shape.slice(-2) as [number, number]
    const results = [{ shape: [], dtype: 'int32' as const }]
    return perMatrix(context, layer, 'matrix_rank', x, results, (a, _r, _c, write) => {
      const { s } = factorSvd(a, rows, columns)
      const least = given.number('tol', (s[0] ?? 0) * Math.max(rows, columns) * epsilonOf(x.dtype))
      write(s.filter((e) => e > least).length, 0)
    })
  }),
  'linalg.lstsq': general('a b', 'rcond', (context, layer, given) => {
    const { a, b, dtype } = systemOf(context, layer, given)
    const [rows, columns] = a.shape as [number, number]
    if (a.shape.length !== 2) throw unsupported(layer, 'lstsq of rank', `${a.shape.length}`)
    const width = b.shape[1] ?? 1
    const cutoff = given.number('rcond', Math.max(rows, columns) * epsilonOf(dtype))
    const shape = given.tensor('b').shape.length === 1 ? [columns] : [columns, width]
    return numericOp(context, 'lstsq', [a, b], [{ shape, dtype }], ([p, q], [y]) => {
      const inverse = pseudoInverse(Float64Array.from(p!), rows, columns, cutoff)
      const x = multiply(inverse, Float64Array.from(q!), columns, rows, width)
      for (let i = 0; i < x.length; i++) y![i] = x[i]!
    })
  }),
}
