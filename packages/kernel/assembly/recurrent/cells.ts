import { loadSome, storeSome } from '../lanes'
import { tanh } from '../math/tanh'
import { candidateDivisor, candidateGrowth, candidateGrowthPair, gateDivisor, gateDivisorPair, gateExponential } from '../math/gates'

/*
 * One step of one row of the cells with their usual activations, sigmoid and tanh, in one pass over the
 * units.
 *
 * x     (gates, units): input projections
 * z     (gates, units): state · weights
 * h, c  (units): the states, which are replaced
 */

// @ts-ignore: decorator
@inline
function read(address: usize, some: usize): v128 {
  return some == 4 ? v128.load(address) : loadSome(address, some)
}

// @ts-ignore: decorator
@inline
function sum(x: usize, z: usize, some: usize): v128 {
  return f32x4.add(read(x, some), read(z, some))
}

// @ts-ignore: decorator
@inline
function write(address: usize, v: v128, some: usize): void {
  if (some == 4) v128.store(address, v)
  else storeSome(address, v, some)
}

/** h = tanh(x + z). */
export function simpleStep(units: usize, x: usize, z: usize, h: usize): void {
  while (units) {
    const some = min<usize>(units, 4)
    write(h, tanh(sum(x, z, some)), some)
    x += 16
    z += 16
    h += 16
    units -= some
  }
}

/** z = 1 + exp(−(x + z)), which gates are divided by. */
function gateDivisors(count: usize, x: usize, z: usize): void {
  for (; count >= 8; count -= 8) {
    gateDivisorPair(x, z)
    x += 32
    z += 32
  }
  while (count) {
    const some = min<usize>(count, 4)
    write(z, gateDivisor(sum(x, z, some)), some)
    x += 16
    z += 16
    count -= some
  }
}

/** y = exp(2g) − 1 with g = x + z, or z where x is 0. */
function growths(count: usize, x: usize, z: usize, y: usize): void {
  for (; count >= 8; count -= 8) {
    let g0 = v128.load(z)
    let g1 = v128.load(z, 16)
    if (x) {
      g0 = f32x4.add(v128.load(x), g0)
      g1 = f32x4.add(v128.load(x, 16), g1)
      x += 32
    }
    candidateGrowthPair(g0, g1, y)
    z += 32
    y += 32
  }
  while (count) {
    const some = min<usize>(count, 4)
    write(y, candidateGrowth(x ? sum(x, z, some) : read(z, some)), some)
    if (x) x += 16
    z += 16
    y += 16
    count -= some
  }
}

/**
 * c = f · c + i · candidate, h = o · tanh(c); gates i, f, o, candidate. Passes of short chains of steps: in one of long
 * chains the next unit waits for the one before.
 */
export function lstmStep(units: usize, x: usize, z: usize, h: usize, c: usize): void {
  const width = units << 2
  const growth = z + 3 * width
  gateDivisors(3 * units, x, z)
  growths(units, x + 3 * width, growth, growth)
  for (let i: usize = 0; i < width; i += 16) {
    const some = min<usize>((width - i) >> 2, 4)
    const candidate = read(growth + i, some)
    const input = f32x4.mul(read(z + i, some), candidateDivisor(candidate))
    const kept = f32x4.div(read(c + i, some), read(z + width + i, some))
    write(c + i, f32x4.add(kept, f32x4.div(candidate, input)), some)
  }
  growths(units, 0, c, growth)
  for (let i: usize = 0; i < width; i += 16) {
    const some = min<usize>((width - i) >> 2, 4)
    const g = read(growth + i, some)
    const output = f32x4.mul(read(z + 2 * width + i, some), candidateDivisor(g))
    write(h + i, f32x4.div(g, output), some)
  }
}

/** h = u · h + (1 − u) · candidate = candidate + (h − candidate) / (1 + E); gates u, r, candidate. */
export function gruStep(units: usize, x: usize, z: usize, h: usize): void {
  const width = units << 2
  while (units) {
    const some = min<usize>(units, 4)
    const reset = f32x4.div(read(z + 2 * width, some), gateDivisor(sum(x + width, z + width, some)))
    gruState(some, x, z, h, f32x4.add(read(x + 2 * width, some), reset))
    x += 16
    z += 16
    h += 16
    units -= some
  }
}

// @ts-ignore: decorator
@inline
function upper(v: v128): v128 {
  return v128.shuffle<f64>(v, v, 1, 1)
}

/** candidate + (h − candidate) / (1 + E) of the first two lanes in float64: the state is rounded once a step. */
// @ts-ignore: decorator
@inline
function mixed(candidate: v128, h: v128, e: v128): v128 {
  const c = f64x2.promote_low_f32x4(candidate)
  const difference = f64x2.sub(f64x2.promote_low_f32x4(h), c)
  const divisor = f64x2.add(f64x2.promote_low_f32x4(e), f64x2.splat(1))
  return f32x4.demote_f64x2_zero(f64x2.add(c, f64x2.div(difference, divisor)))
}

// @ts-ignore: decorator
@inline
function gruState(some: usize, x: usize, z: usize, h: usize, candidate: v128): void {
  const growth = candidateGrowth(candidate)
  const bent = f32x4.div(growth, candidateDivisor(growth))
  const e = gateExponential(sum(x, z, some))
  const before = read(h, some)
  const low = mixed(bent, before, e)
  const high = mixed(upper(bent), upper(before), upper(e))
  write(h, v128.shuffle<f64>(low, high, 0, 2), some)
}
