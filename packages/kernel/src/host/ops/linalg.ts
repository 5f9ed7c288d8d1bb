import { elementCount, type Layer, ModelError } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import { type LowerContext, unsupported, type Value } from '../../lower/context.ts'
import type { Float64Function, HostResult } from '../../lower/host-op.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { log } from '../double.ts'
import {
  cholesky,
  completed,
  eigenSymmetric,
  factorLu,
  factorQr,
  factorSvd,
  identity,
  type Matrix,
  multiply,
  solve,
  solveTriangular,
  transposed,
} from '../matrix.ts'
import { numericOp } from '../numeric.ts'
import { floatOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'

type Writer = (matrix: Matrix | number[] | number, result: number) => void

/** A function of every matrix in the last two axes of x; each result has a shape of its own behind the batch. */
export function perMatrix(
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

export const floating = (context: LowerContext, given: OpArguments, name = 'x'): Value => {
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
}
