import * as L from '../../src/wasm/layout'
import { DOUBLE_INNER, PANEL } from '../dense/packing'
import { sums } from '../dense/double'
import { wide } from '../activations/wide'
import { activate } from '../ops/activation'
import { softmaxRow } from '../ops/softmax'

/*
 * One step of one row of the cells in float64, for few units: sums, gates and states are rounded only where the states
 * are stored.
 *
 * x         (gates, units) floats: input projections
 * z         (gates + 1, units) and 4 doubles to work in
 * product   (gates, units) floats: state · weights; 0: to be computed
 * weights   packed (units, gates · units)
 * h, c      (units) floats: the states, which are replaced
 * settings  SETTINGS_*
 */

/** c = f · c + i · candidate, h = o · activation(c). */
export function wideLstm(
  units: u32, x: usize, z: usize, product: usize, weights: usize, h: usize, c: usize, settings: usize,
): void {
  const width = units << 3
  const candidate = z + 3 * width
  gates(4 * units, units, x, z, product, weights, h)
  bend(units, 3, z, settings + (L.SETTINGS_GATE_ACTIVATION << 2))
  bend(units, 1, candidate, settings + (L.SETTINGS_ACTIVATION << 2))
  for (let i: u32 = 0; i < units; i++) {
    const at = i << 3
    const carry = load<f64>(z + width + at) * <f64>load<f32>(c + (i << 2)) + load<f64>(z + at) * load<f64>(candidate + at)
    store<f32>(c + (i << 2), <f32>carry)
    store<f64>(candidate + at, carry)
  }
  bend(units, 1, candidate, settings + (L.SETTINGS_ACTIVATION << 2))
  for (let i: u32 = 0; i < units; i++) {
    const at = i << 3
    store<f32>(h + (i << 2), <f32>(load<f64>(z + 2 * width + at) * load<f64>(candidate + at)))
  }
}

/** h = activation(x + z). */
export function wideSimple(
  units: u32, x: usize, z: usize, weights: usize, h: usize, settings: usize,
): void {
  gates(units, units, x, z, 0, weights, h)
  bend(units, 1, z, settings + (L.SETTINGS_ACTIVATION << 2))
  for (let i: u32 = 0; i < units; i++) store<f32>(h + (i << 2), <f32>load<f64>(z + (i << 3)))
}

/** h = u · h + (1 − u) · candidate; gates u, r, candidate. */
export function wideGru(
  units: u32, x: usize, z: usize, weights: usize, h: usize, settings: usize, resetBefore: u32,
): void {
  const width = units << 3
  const r = z + width
  const candidate = r + width
  if (resetBefore) {
    const state = candidate + width
    gates(2 * units, units, x, z, 0, weights, h)
    bend(units, 2, z, settings + (L.SETTINGS_GATE_ACTIVATION << 2))
    // The sums are stored in whole vectors, the last of which reach over the state unless it lies behind them.
    for (let i: u32 = 0; i < units; i++) {
      store<f64>(state + 32 + (i << 3), load<f64>(r + (i << 3)) * <f64>load<f32>(h + (i << 2)))
    }
    stateProduct<f64>(units, units, state + 32, load<u32>(settings, L.SETTINGS_CANDIDATE << 2), candidate)
  } else {
    stateProduct<f32>(units, 3 * units, h, weights, z)
    add(2 * units, x, z)
    bend(units, 2, z, settings + (L.SETTINGS_GATE_ACTIVATION << 2))
    for (let i: u32 = 0; i < width; i += 8) store<f64>(candidate + i, load<f64>(r + i) * load<f64>(candidate + i))
  }
  add(units, x + (units << 3), candidate)
  bend(units, 1, candidate, settings + (L.SETTINGS_ACTIVATION << 2))
  for (let i: u32 = 0; i < units; i++) {
    const update = load<f64>(z + (i << 3))
    const state = update * <f64>load<f32>(h + (i << 2)) + (1 - update) * load<f64>(candidate + (i << 3))
    store<f32>(h + (i << 2), <f32>state)
  }
}

/** z = x + state · weights for `count` columns, the product computed or given. */
function gates(count: u32, units: u32, x: usize, z: usize, product: usize, weights: usize, h: usize): void {
  if (product) {
    for (let i: u32 = 0; i < count; i++) store<f64>(z + (i << 3), <f64>load<f32>(product + (i << 2)))
  } else {
    stateProduct<f32>(units, count, h, weights, z)
  }
  add(count, x, z)
}

/** z[i] += x[i]. */
function add(count: u32, x: usize, z: usize): void {
  for (let i: u32 = 0; i < count; i++) store<f64>(z + (i << 3), load<f64>(z + (i << 3)) + <f64>load<f32>(x + (i << 2)))
}

/** z (columns) = h (inner) · weights + bias; up to 3 doubles more are written. */
function stateProduct<T>(inner: u32, columns: u32, h: usize, panel: usize, z: usize): void {
  const end = z + (columns << 3)
  if (inner <= DOUBLE_INNER) {
    for (; z < end; z += 32) {
      sums<T, f64>(inner, h, panel, 32, z)
      panel += (inner + 1) << 5
    }
    return
  }
  while (z < end) {
    const rowBytes: usize = end - z > 32 ? PANEL << 2 : 16
    sums<T, f32>(inner, h, panel, rowBytes, z)
    if (rowBytes > 16) sums<T, f32>(inner, h, panel + 16, rowBytes, z + 32)
    z += rowBytes << 1
    panel += (inner + 1) * rowBytes
  }
}

/** Applies the activation at `settings` to `blocks` blocks of `units` doubles; the rarer ones in float32. */
function bend(units: u32, blocks: u32, z: usize, settings: usize): void {
  const count = units * blocks
  const code = load<u32>(settings)
  switch (code) {
    case L.LINEAR: return
    case L.SIGMOID:
    case L.TANH:
    case L.RELU:
    case L.LEAKY_RELU:
    case L.HARD_SIGMOID: return inPairs(code, count, z, f64x2.splat(<f64>load<f32>(settings, 4)))
  }
  for (let i: u32 = 0; i < count; i++) store<f32>(z + (i << 2), <f32>load<f64>(z + (i << 3)))
  if (code == L.CELL_SOFTMAX) {
    for (let block: u32 = 0; block < blocks; block++) softmaxRow(units, z + ((block * units) << 2), z + ((block * units) << 2))
  } else {
    activate(code, count, z, z, settings + 4)
  }
  for (let i = count; i-- > 0; ) store<f64>(z + (i << 3), <f64>load<f32>(z + (i << 2)))
}

function inPairs(code: u32, count: u32, z: usize, p: v128): void {
  for (; count; count -= min<u32>(count, 2)) {
    const x = count > 1 ? v128.load(z) : v128.load64_zero(z)
    const y = wide(code, x, p)
    if (count > 1) v128.store(z, y)
    else v128.store64_lane(z, y, 0)
    z += 16
  }
}
