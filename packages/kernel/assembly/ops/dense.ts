import * as L from '../../src/wasm/layout'
import { activate } from './activation'
import { clamp } from '../dense/clamp'
import { doublePanel } from '../dense/double'
import { cachedRows, gemm, tiling } from '../dense/gemm'
import { DOUBLE_INNER, PANEL } from '../dense/packing'
import { activatesPanels } from '../dense/panel'
import { tile1x32, tile1x48 } from '../dense/row'
import { FAST } from '../madd'
import { loadSome, storeSome } from '../lanes'

/** Floats of weights that memory brings more slowly than any tile multiplies: more streams of them are faster. */
const MEMORY_BOUND: u32 = 262144

/** Lower and upper bound of the activations that only limit their argument. */
export const LINEAR_BOUNDS: usize = memory.data<f32>([-Infinity, Infinity])
const RELU_BOUNDS: usize = memory.data<f32>([0, Infinity])
const RELU6_BOUNDS: usize = memory.data<f32>([0, 6])
const HARD_TANH_BOUNDS: usize = memory.data<f32>([-1, 1])

/** y[row, n] = activation(Σₖ x[row, k] · weights[k, n] + bias[n] + residual[row, n]) for `rows` rows from `row` on. */
export function dense(record: usize, row: u32, rows: u32): void {
  const inner = load<u32>(record, L.DENSE_INNER << 2)
  const units = load<u32>(record, L.DENSE_UNITS << 2)
  const xStride = load<u32>(record, L.DENSE_X_STRIDE << 2)
  const yStride = load<u32>(record, L.DENSE_Y_STRIDE << 2)
  const weights = load<u32>(record, L.DENSE_WEIGHTS << 2)
  const code = load<u32>(record, L.DENSE_ACTIVATION << 2)
  let x = load<u32>(record, L.DENSE_X << 2) + row * load<u32>(record, L.DENSE_X_ADVANCE << 2)
  let y = load<u32>(record, L.DENSE_Y << 2) + row * load<u32>(record, L.DENSE_Y_ADVANCE << 2)
  let residual: usize = load<u32>(record, L.DENSE_RESIDUAL << 2)
  if (residual) residual += row * load<u32>(record, L.DENSE_RESIDUAL_ADVANCE << 2)
  const bare = load<u32>(record, L.DENSE_BARE << 2) != 0
  const bounds = boundsOf(code)
  const chunk = cachedRows(rows, inner, units)
  while (rows) {
    const some = min(rows, chunk)
    if (!product(some, inner, units, x, xStride, weights, y, yStride, residual, bounds, bare, code))
      activateRows(code, some, units, y, yStride, record + (L.DENSE_PARAMETERS << 2))
    x += some * xStride
    y += some * yStride
    if (residual) residual += some * yStride
    rows -= some
  }
}

/** Where the two floats are that limit the result: the whole of a fused activation, otherwise no limit. */
export function boundsOf(code: u32): usize {
  if (code == L.RELU) return RELU_BOUNDS
  if (code == L.RELU6) return RELU6_BOUNDS
  return code == L.HARD_TANH ? HARD_TANH_BOUNDS : LINEAR_BOUNDS
}

/** Applies to `rows` rows of y what `boundsOf` does not cover of an activation. */
export function activateRows(code: u32, rows: u32, units: u32, y: usize, yStride: usize, parameters: usize): void {
  if (code == L.LINEAR || boundsOf(code) != LINEAR_BOUNDS) return
  if (yStride == units << 2) return activate(code, rows * units, y, y, parameters)
  const end = y + rows * yStride
  for (; y < end; y += yStride) activate(code, units, y, y, parameters)
}

/**
 * y (rows, units) = x (rows, inner) · weights (inner, units) + bias (units) + residual, limited to the bounds.
 * residual: rows `yStride` apart, not y itself; 0: none. bare: the product alone.
 *
 * Returns true where it has applied the activation with that code too.
 */
export function product(
  rows: u32,
  inner: u32,
  units: u32,
  x: usize,
  xStride: usize,
  weights: usize,
  y: usize,
  yStride: usize,
  residual: usize,
  bounds: usize,
  bare: bool,
  code: u32,
): bool {
  if (inner <= DOUBLE_INNER) {
    doubleRows<f32>(rows, inner, units, x, xStride, weights, y, yStride, residual || bare ? LINEAR_BOUNDS : bounds, bare)
    if (residual) addRows(rows, units, y, yStride, residual, bounds)
  } else if (rows == 1 && !residual && !bare) {
    singleRow(inner, units, x, weights, y, bounds)
  } else {
    const early = activatesPanels(code)
    gemm(rows, inner, units, x, xStride, weights, y, yStride, residual, bounds, bare, early ? code : 0)
    return early
  }
  return false
}

/** `product` with x as float64, which spares it conversions; inner ≤ DOUBLE_INNER. */
export function productOfDoubles(
  rows: u32,
  inner: u32,
  units: u32,
  x: usize,
  weights: usize,
  y: usize,
  yStride: usize,
  residual: usize,
  bounds: usize,
  bare: bool,
): void {
  const limits = residual || bare ? LINEAR_BOUNDS : bounds
  doubleRows<f64>(rows, inner, units, x, inner << 3, weights, y, yStride, limits, bare)
  if (residual) addRows(rows, units, y, yStride, residual, bounds)
}

/** y (rows, units) = x (rows, inner) · weights + bias. */
export function multiply(rows: u32, inner: u32, units: u32, x: usize, xStride: usize, weights: usize, y: usize, yStride: usize): void {
  product(rows, inner, units, x, xStride, weights, y, yStride, 0, LINEAR_BOUNDS, false, L.LINEAR)
}

/** y += residual, limited to the bounds; rows of both `yStride` apart. */
export function addRows(rows: u32, units: u32, y: usize, yStride: usize, residual: usize, bounds: usize): void {
  const lower = v128.load32_splat(bounds)
  const upper = v128.load32_splat(bounds, 4)
  for (; rows; rows--) {
    for (let i: u32 = 0; i < units; i += 4) {
      const some = min(units - i, 4)
      const at = i << 2
      if (some == 4) v128.store(y + at, clamp(f32x4.add(v128.load(y + at), v128.load(residual + at)), lower, upper))
      else storeSome(y + at, clamp(f32x4.add(loadSome(y + at, some), loadSome(residual + at, some)), lower, upper), some)
    }
    y += yStride
    residual += yStride
  }
}

function doubleRows<T>(
  rows: u32,
  inner: u32,
  units: u32,
  x: usize,
  xStride: usize,
  panel: usize,
  y: usize,
  yStride: usize,
  bounds: usize,
  bare: bool,
): void {
  for (let columns = units; ; columns -= 4) {
    doublePanel<T, f64>(rows, inner, x, xStride, panel, 32, y, yStride, columns, bounds, bare)
    if (columns <= 4) break
    panel += (inner + 1) << 5
    y += 16
  }
}

function singleRow(inner: u32, units: u32, x: usize, panel: usize, y: usize, bounds: usize): void {
  const panelBytes = (inner + 1) << 5
  if (FAST) {
    for (; units >= 6 * PANEL; units -= 6 * PANEL) {
      tile1x48(inner, x, panel, y, bounds)
      panel += panelBytes * 6
      y += 6 * PANEL * 4
    }
  }
  const sideBySide = FAST || tiling != L.ONE_ROW || inner * units >= MEMORY_BOUND
  for (; sideBySide && units >= 4 * PANEL; units -= 4 * PANEL) {
    tile1x32(inner, x, panel, y, bounds)
    panel += panelBytes << 2
    y += 4 * PANEL * 4
  }
  gemm(1, inner, units, x, 0, panel, y, 0, 0, bounds, false, 0)
}
