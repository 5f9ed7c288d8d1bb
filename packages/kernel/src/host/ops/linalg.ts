import { elementCount, ModelError, type Layer } from '@dotplus/core'

import { cast } from '../../lower/cast.ts'
import {
  unsupported,
  type ElementType,
  type LowerContext,
  type Value,
} from '../../lower/context.ts'
import type { Float64Function, HostResult } from '../../lower/host-op.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { resolveAxes } from '../../lower/reduce.ts'
import { log } from '../double.ts'
import { linesOf, reducedShape, reduceLines } from '../lines.ts'
import {
  cholesky,
  completed,
  eigenSymmetric,
  factorLu,
  factorQr,
  factorSvd,
  identity,
  multiply,
  solve,
  solveTriangular,
  transposed,
  type Matrix,
} from '../matrix.ts'
import { numericOp } from '../numeric.ts'
import { floatOf, meet } from '../terms.ts'
import { vectorNorm } from './network.ts'
import { general, type GeneralOps } from './general.ts'

type Writer = (matrix: Matrix | number[] | number, result: number) => void

/** A function of every matrix in the last two axes of x; each result has a shape of its own behind the batch. */
function perMatrix(
  context: LowerContext,
  layer: Layer,
  kind: string,
  x: Value,
  results: readonly HostResult[],
  f: (a: Matrix, rows: number, columns: number, write: Writer, float64: Float64Function) => void,
): Value[] {
  if (x.shape.length < 2)
    throw new ModelError(`input of ${kind}`, {
      layer: layer.name,
      expected: 'matrices in the last two axes',
      got: `(${x.shape.join(', ')})`,
    })
  const batch = x.shape.slice(0, -2)
  const [rows, columns] = x.shape.slice(-2) as [number, number]
  const shaped = results.map(({ shape, dtype }) => ({ shape: [...batch, ...shape], dtype }))
  return numericOp(context, kind, [x], shaped, ([a], targets, float64) => {
    for (let b = 0; b < elementCount(batch); b++) {
      const own = Float64Array.from(a!.subarray(b * rows * columns, (b + 1) * rows * columns))
      f(
        own,
        rows,
        columns,
        (matrix, result) => {
          const elements = typeof matrix === 'number' ? [matrix] : matrix
          const size = elements.length
          for (let i = 0; i < size; i++) targets[result]![b * size + i] = elements[i]!
        },
        float64,
      )
    }
  })
}

const floating = (context: LowerContext, given: OpArguments, name = 'x'): Value => {
  const x = given.tensor(name)
  return cast(context, x, floatOf(x))
}

/** Functions of square matrices with one result of the same shape, or one number each. */
const square = (
  name: string,
  settings: string,
  scalar: boolean,
  f: (a: Matrix, n: number, given: OpArguments, float64: Float64Function) => Matrix | number,
): GeneralOps => ({
  [name]: general('x', settings, (context, layer, given) => {
    const x = floating(context, given)
    const [rows, columns] = x.shape.slice(-2)
    if (rows !== columns)
      throw new ModelError(`input of ${name}`, {
        layer: layer.name,
        expected: 'square matrices',
        got: `(${x.shape.join(', ')})`,
      })
    const result = { shape: scalar ? [] : [rows as number, rows as number], dtype: x.dtype }
    return perMatrix(context, layer, name, x, [result], (a, n, _columns, write, float64) =>
      write(f(a, n, given, float64), 0),
    )
  }),
})

const diagonal = (a: Matrix, n: number): number[] =>
  Array.from({ length: n }, (_, i) => a[i * (n + 1)]!)

function determinant(a: Matrix, n: number): number {
  const { lu, sign } = factorLu(a, n)
  return diagonal(lu, n).reduce((product, e) => product * e, sign)
}

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

function slogdet(context: LowerContext, layer: Layer, given: OpArguments): Value[] {
  const x = floating(context, given)
  const results = [
    { shape: [], dtype: x.dtype },
    { shape: [], dtype: x.dtype },
  ]
  return perMatrix(context, layer, 'slogdet', x, results, (a, n, _columns, write, f) => {
    const { lu, sign } = factorLu(a, n)
    const parts = diagonal(lu, n)
    write(
      parts.reduce((product, e) => product * Math.sign(e), sign),
      0,
    )
    write(
      parts.reduce((sum, e) => sum + log(f, Math.abs(e)), 0),
      1,
    )
  })
}

export const linearAlgebra: GeneralOps = {
  ...square('linalg.cholesky', 'upper', false, (a, n, given) => {
    const l = cholesky(a, n)
    return given.flag('upper') ? transposed(l, n, n) : l
  }),
  ...square('linalg.cholesky_inverse', 'upper', false, (a, n, given) => {
    const upper = given.flag('upper')
    const inverse = solveTriangular(a, n, identity(n), n, !upper)
    const other = transposed(inverse, n, n)
    return upper ? multiply(inverse, other, n, n, n) : multiply(other, inverse, n, n, n)
  }),
  ...square('linalg.det', '', true, determinant),
  ...square('linalg.inv', '', false, (a, n) => solve(a, n, identity(n), n)),
  ...square('logdet', '', true, (a, n, _given, f) =>
    diagonal(cholesky(a, n), n).reduce((sum, e) => sum + 2 * log(f, e), 0),
  ),
  slogdet: general('x', '', slogdet),
  'linalg.slogdet': general('x', '', slogdet),
  'linalg.lu_factor': general('x', '', (context, layer, given) => {
    const x = floating(context, given)
    const n = x.shape.at(-1) as number
    const results = [
      { shape: [n, n], dtype: x.dtype },
      { shape: [n], dtype: 'int32' as const },
    ]
    return perMatrix(context, layer, 'lu_factor', x, results, (a, size, _columns, write) => {
      const { lu, rows } = factorLu(a, size)
      write(lu, 0)
      write(
        rows.map((_, i) => rows.indexOf(i)),
        1,
      )
    })
  }),
  'linalg.norm': general('x', 'ord axis keepdims', norm),
  'linalg.qr': general('x', 'mode', (context, layer, given) => {
    const x = floating(context, given)
    const [rows, columns] = x.shape.slice(-2) as [number, number]
    const mode = given.text('mode', 'reduced')
    if (mode !== 'reduced' && mode !== 'complete') throw unsupported(layer, 'mode', mode)
    const k = mode === 'reduced' ? Math.min(rows, columns) : rows
    const results = [
      { shape: [rows, k], dtype: x.dtype },
      { shape: [k, columns], dtype: x.dtype },
    ]
    return perMatrix(context, layer, 'qr', x, results, (a, _r, _c, write) => {
      const { q, r } = factorQr(a, rows, columns)
      write(
        q.filter((_, i) => i % rows < k),
        0,
      )
      write(r.subarray(0, k * columns), 1)
    })
  }),
  'linalg.svd': general('x', 'full_matrices compute_uv', (context, layer, given) => {
    const x = floating(context, given)
    const [rows, columns] = x.shape.slice(-2) as [number, number]
    const full = given.value('full_matrices') === undefined || given.flag('full_matrices')
    const all = given.value('compute_uv') === undefined || given.flag('compute_uv')
    const k = Math.min(rows, columns)
    const values = { shape: [k], dtype: x.dtype }
    if (!all)
      return perMatrix(context, layer, 'svd', x, [values], (a, _r, _c, write) =>
        write(factorSvd(a, rows, columns).s, 0),
      )
    const results = [
      { shape: [rows, full ? rows : k], dtype: x.dtype },
      values,
      { shape: [full ? columns : k, columns], dtype: x.dtype },
    ]
    return perMatrix(context, layer, 'svd', x, results, (a, _r, _c, write) => {
      const { u, s, vt } = factorSvd(a, rows, columns)
      write(full ? completed(u, rows, k) : u, 0)
      write(s, 1)
      const v = transposed(vt, k, columns)
      write(full ? transposed(completed(v, columns, k), columns, columns) : vt, 2)
    })
  }),
  'linalg.eigh': general('x', '', (context, layer, given) => {
    const x = floating(context, given)
    const n = x.shape.at(-1) as number
    const results = [
      { shape: [n], dtype: x.dtype },
      { shape: [n, n], dtype: x.dtype },
    ]
    return perMatrix(context, layer, 'eigh', x, results, (a, size, _columns, write) => {
      const { values, vectors } = eigenSymmetric(a, size)
      write(values, 0)
      write(vectors, 1)
    })
  }),
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
