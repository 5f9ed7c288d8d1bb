/** A matrix (rows, columns), row-major. */
export type Matrix = Float64Array

/** Σ of products, the error of each kept, so that small differences of large numbers survive. */
export function dot(count: number, a: (i: number) => number, b: (i: number) => number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += a(i) * b(i)
  return sum
}

/** The lower triangle L with A = L·Lᵀ; NaN where A is not positive definite. */
export function cholesky(a: Matrix, n: number): Matrix {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const sum =
        a[i * n + j]! -
        dot(
          j,
          (k) => l[i * n + k]!,
          (k) => l[j * n + k]!,
        )
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j]!
    }
  return l
}

/** L and U of P·A in one matrix, with the rows of A in their new order and the sign of that permutation. */
export function factorLu(a: Matrix, n: number): { lu: Matrix; rows: number[]; sign: number } {
  const lu = a.slice()
  const rows = Array.from({ length: n }, (_, i) => i)
  let sign = 1
  for (let k = 0; k < n; k++) {
    let pivot = k
    for (let i = k + 1; i < n; i++)
      if (Math.abs(lu[i * n + k]!) > Math.abs(lu[pivot * n + k]!)) pivot = i
    if (pivot !== k) {
      for (let j = 0; j < n; j++)
        [lu[k * n + j], lu[pivot * n + j]] = [lu[pivot * n + j]!, lu[k * n + j]!]
      ;[rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!]
      sign = -sign
    }
    for (let i = k + 1; i < n; i++) {
      if (lu[i * n + k] === 0) continue
      const factor = (lu[i * n + k] = lu[i * n + k]! / lu[k * n + k]!)
      for (let j = k + 1; j < n; j++) lu[i * n + j] = lu[i * n + j]! - factor * lu[k * n + j]!
    }
  }
  return { lu, rows, sign }
}

/** X of A·X = B with B (n, columns). */
export function solve(a: Matrix, n: number, b: Matrix, columns: number): Matrix {
  const { lu, rows } = factorLu(a, n)
  const x = new Float64Array(n * columns)
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++)
      x[i * columns + c] =
        b[rows[i]! * columns + c]! -
        dot(
          i,
          (k) => lu[i * n + k]!,
          (k) => x[k * columns + c]!,
        )
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i * columns + c]!
      for (let k = i + 1; k < n; k++) sum -= lu[i * n + k]! * x[k * columns + c]!
      x[i * columns + c] = sum / lu[i * n + i]!
    }
  }
  return x
}

/** X of A·X = B where only one triangle of A counts. */
export function solveTriangular(
  a: Matrix,
  n: number,
  b: Matrix,
  columns: number,
  lower: boolean,
): Matrix {
  const x = new Float64Array(n * columns)
  for (let c = 0; c < columns; c++)
    for (let step = 0; step < n; step++) {
      const i = lower ? step : n - 1 - step
      let sum = b[i * columns + c]!
      for (let k = lower ? 0 : i + 1; k < (lower ? i : n); k++)
        sum -= a[i * n + k]! * x[k * columns + c]!
      x[i * columns + c] = sum / a[i * n + i]!
    }
  return x
}

export function identity(n: number): Matrix {
  return Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0))
}

export function transposed(a: Matrix, rows: number, columns: number): Matrix {
  return Float64Array.from(
    { length: a.length },
    (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]!,
  )
}

/** A (n, inner) · B (inner, m). */
export function multiply(a: Matrix, b: Matrix, n: number, inner: number, m: number): Matrix {
  return Float64Array.from({ length: n * m }, (_, i) => {
    const [row, column] = [Math.floor(i / m), i % m]
    return dot(
      inner,
      (k) => a[row * inner + k]!,
      (k) => b[k * m + column]!,
    )
  })
}

/** Q (rows, rows) and R (rows, columns) by Householder's reflections, signs as LAPACK has them. */
export function factorQr(a: Matrix, rows: number, columns: number): { q: Matrix; r: Matrix } {
  const r = a.slice()
  const q = identity(rows)
  for (let k = 0; k < Math.min(rows - 1, columns); k++) {
    const size = Math.sqrt(
      dot(
        rows - k,
        (i) => r[(k + i) * columns + k]!,
        (i) => r[(k + i) * columns + k]!,
      ),
    )
    if (size === 0) continue
    const beta = r[k * columns + k]! >= 0 ? -size : size
    const v = Array.from({ length: rows - k }, (_, i) => r[(k + i) * columns + k]!)
    v[0] = v[0]! - beta
    const scale = 2 / v.reduce((sum, e) => sum + e * e, 0)
    if (!Number.isFinite(scale)) continue
    const reflect = (m: Matrix, width: number): void => {
      for (let j = 0; j < width; j++) {
        const factor =
          scale *
          dot(
            rows - k,
            (i) => v[i]!,
            (i) => m[(k + i) * width + j]!,
          )
        for (let i = 0; i < rows - k; i++)
          m[(k + i) * width + j] = m[(k + i) * width + j]! - factor * v[i]!
      }
    }
    reflect(r, columns)
    reflect(q, rows)
    for (let i = k + 1; i < rows; i++) r[i * columns + k] = 0
  }
  return { q: transposed(q, rows, rows), r }
}

/** Eigenvalues in ascending order and eigenvectors as columns of a symmetric matrix: Jacobi's rotations. */
export function eigenSymmetric(a: Matrix, n: number): { values: number[]; vectors: Matrix } {
  const m = Float64Array.from({ length: n * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n]
    return a[Math.max(row, column) * n + Math.min(row, column)]!
  })
  const v = identity(n)
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += Math.abs(m[p * n + q]!)
    if (!(off > 0)) break
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const e = m[p * n + q]!
        if (e === 0) continue
        const theta = (m[q * n + q]! - m[p * n + p]!) / (2 * e)
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        const s = t * c
        for (let k = 0; k < n; k++) {
          const [x, y] = [m[k * n + p]!, m[k * n + q]!]
          ;[m[k * n + p], m[k * n + q]] = [c * x - s * y, s * x + c * y]
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [m[p * n + k]!, m[q * n + k]!]
          ;[m[p * n + k], m[q * n + k]] = [c * x - s * y, s * x + c * y]
        }
        m[p * n + q] = 0
        m[q * n + p] = 0
        for (let k = 0; k < n; k++) {
          const [x, y] = [v[k * n + p]!, v[k * n + q]!]
          ;[v[k * n + p], v[k * n + q]] = [c * x - s * y, s * x + c * y]
        }
      }
  }
  const order = Array.from({ length: n }, (_, i) => i).toSorted(
    (i, j) => m[i * n + i]! - m[j * n + j]!,
  )
  return {
    values: order.map((i) => m[i * n + i]!),
    vectors: Float64Array.from(
      { length: n * n },
      (_, i) => v[Math.floor(i / n) * n + order[i % n]!]!,
    ),
  }
}

/** U (rows, k), singular values in descending order and Vᵀ (k, columns), k = min(rows, columns): one-sided Jacobi. */
export function factorSvd(
  a: Matrix,
  rows: number,
  columns: number,
): { u: Matrix; s: number[]; vt: Matrix } {
  if (rows < columns) {
    const { u, s, vt } = factorSvd(transposed(a, rows, columns), columns, rows)
    return { u: transposed(vt, rows, rows), s, vt: transposed(u, columns, rows) }
  }
  const w = a.slice()
  const v = identity(columns)
  const rotate = (m: Matrix, height: number, p: number, q: number, c: number, s: number): void => {
    for (let i = 0; i < height; i++) {
      const [x, y] = [m[i * columns + p]!, m[i * columns + q]!]
      ;[m[i * columns + p], m[i * columns + q]] = [c * x - s * y, s * x + c * y]
    }
  }
  const product = (p: number, q: number): number =>
    dot(
      rows,
      (i) => w[i * columns + p]!,
      (i) => w[i * columns + q]!,
    )
  for (let sweep = 0; sweep < 60; sweep++) {
    let moved = false
    for (let p = 0; p < columns; p++)
      for (let q = p + 1; q < columns; q++) {
        const [alpha, beta, gamma] = [product(p, p), product(q, q), product(p, q)]
        if (!(Math.abs(gamma) > 1e-16 * Math.sqrt(alpha * beta))) continue
        moved = true
        const zeta = (beta - alpha) / (2 * gamma)
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
        const c = 1 / Math.sqrt(1 + t * t)
        rotate(w, rows, p, q, c, c * t)
        rotate(v, columns, p, q, c, c * t)
      }
    if (!moved) break
  }
  const sizes = Array.from({ length: columns }, (_, j) => Math.sqrt(product(j, j)))
  const order = sizes.map((_, j) => j).toSorted((i, j) => sizes[j]! - sizes[i]!)
  const u = new Float64Array(rows * columns)
  const vt = new Float64Array(columns * columns)
  for (const [j, from] of order.entries()) {
    for (let i = 0; i < rows; i++)
      u[i * columns + j] = sizes[from] === 0 ? 0 : w[i * columns + from]! / sizes[from]!
    for (let i = 0; i < columns; i++) vt[j * columns + i] = v[i * columns + from]!
  }
  return { u, s: order.map((j) => sizes[j]!), vt }
}

/** Columns of U (rows, k) and further ones orthogonal to them: (rows, rows). */
export function completed(u: Matrix, rows: number, k: number): Matrix {
  const all = new Float64Array(rows * rows)
  for (let i = 0; i < rows; i++) for (let j = 0; j < k; j++) all[i * rows + j] = u[i * k + j]!
  let next = k
  for (let e = 0; e < rows && next < rows; e++) {
    const v = Array.from({ length: rows }, (_, i) => Number(i === e))
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < next; j++) {
        const along = dot(
          rows,
          (i) => v[i]!,
          (i) => all[i * rows + j]!,
        )
        for (let i = 0; i < rows; i++) v[i] = v[i]! - along * all[i * rows + j]!
      }
    const size = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0))
    if (size < 1e-8) continue
    for (let i = 0; i < rows; i++) all[i * rows + next] = v[i]! / size
    next += 1
  }
  return all
}
