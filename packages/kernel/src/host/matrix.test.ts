import { describe, expect, it } from 'vitest'
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
  transposed,
  type Matrix,
} from './matrix.ts'

let seed = 3
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 31 - 1
}
const matrix = (rows: number, columns: number): Matrix =>
  Float64Array.from({ length: rows * columns }, random)

function expectClose(a: Matrix, b: Matrix): void {
  for (const [i, e] of a.entries()) expect(e).toBeCloseTo(b[i]!, 12)
}

const gram = (a: Matrix, rows: number, columns: number): Matrix =>
  multiply(transposed(a, rows, columns), a, columns, rows, columns)

describe.each([
  [4, 4],
  [5, 3],
  [3, 5],
  [1, 4],
  [6, 1],
])('a matrix (%d, %d)', (rows, columns) => {
  const a = matrix(rows, columns)
  const k = Math.min(rows, columns)

  it('is Q · R with Q orthogonal and R upper triangular', () => {
    const { q, r } = factorQr(a, rows, columns)
    expectClose(multiply(q, r, rows, rows, columns), a)
    expectClose(gram(q, rows, rows), identity(rows))
    for (const [i, e] of r.entries()) if (Math.floor(i / columns) > i % columns) expect(e).toBe(0)
  })

  it('is U · S · Vᵀ with descending singular values', () => {
    const { u, s, vt } = factorSvd(a, rows, columns)
    const scaled = u.map((e, i) => e * s[i % k]!)
    expectClose(multiply(scaled, vt, rows, k, columns), a)
    expect(s.toSorted((x, y) => y - x)).toEqual(s)
    const whole = completed(u, rows, k)
    expectClose(gram(whole, rows, rows), identity(rows))
  })
})

describe('a square matrix', () => {
  const n = 5
  const a = matrix(n, n)

  it('is solved', () => {
    const b = matrix(n, 2)
    expectClose(multiply(a, solve(a, n, b, 2), n, n, 2), b)
  })

  it('is P · L · U', () => {
    const { lu, rows } = factorLu(a, n)
    const part = (lower: boolean): Matrix =>
      lu.map((e, i) => {
        const [row, column] = [Math.floor(i / n), i % n]
        if (lower) return row === column ? 1 : row > column ? e : 0
        return row <= column ? e : 0
      })
    const product = multiply(part(true), part(false), n, n, n)
    const moved = a.map((_, i) => a[rows[Math.floor(i / n)]! * n + (i % n)]!)
    expectClose(product, moved)
  })

  it('that is symmetric has eigenvectors, one that is positive definite a Cholesky factor', () => {
    const s = gram(a, n, n)
    const { values, vectors } = eigenSymmetric(s, n)
    const scaled = vectors.map((e, i) => e * values[i % n]!)
    expectClose(multiply(s, vectors, n, n, n), scaled)
    expect(values.toSorted((x, y) => x - y)).toEqual(values)
    const l = cholesky(s, n)
    expectClose(multiply(l, transposed(l, n, n), n, n, n), s)
    expect([...cholesky(Float64Array.of(1, 2, 2, 1), 2)].some(Number.isNaN)).toBe(true)
  })
})
