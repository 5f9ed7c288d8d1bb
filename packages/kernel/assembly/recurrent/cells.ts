import { loadSome, storeSome } from '../lanes'
import { candidateDivisor, candidateGrowth, candidateGrowthPair, farQuotient, gateDivisor, gateDivisorPair, isAnyFar } from '../math/gates'
import { gated, mix } from '../math/sigmoid'
import { tanh } from '../math/tanh'

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

/** z = gateDivisor(x + z), which gates are divided by; true if one is a pre-activation. */
function gateDivisors(count: usize, x: usize, z: usize): bool {
  let far = false
  for (; count >= 8; count -= 8) {
    far |= gateDivisorPair(x, z)
    x += 32
    z += 32
  }
  while (count) {
    const some = min<usize>(count, 4)
    const divisor = gateDivisor(sum(x, z, some))
    far |= isAnyFar(divisor)
    write(z, divisor, some)
    x += 16
    z += 16
    count -= some
  }
  return far
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
  const far = gateDivisors(3 * units, x, z)
  growths(units, x + 3 * width, growth, growth)
  if (far) carry(width, z, c, true)
  else carry(width, z, c, false)
  growths(units, 0, c, growth)
  if (far) output(width, z, h, true)
  else output(width, z, h, false)
}

/** c = c / forget divisor + candidate / input divisor. */
// @ts-ignore: decorator
@inline
function carry(width: usize, z: usize, c: usize, far: bool): void {
  for (let i: usize = 0; i < width; i += 16) {
    const some = min<usize>((width - i) >> 2, 4)
    const g = read(z + 3 * width + i, some)
    const input = read(z + i, some)
    const forget = read(z + width + i, some)
    const before = read(c + i, some)
    let kept = f32x4.div(before, forget)
    let added = f32x4.div(g, f32x4.mul(input, candidateDivisor(g)))
    if (far) {
      kept = farQuotient(kept, before, forget)
      added = farQuotient(added, bent(g), input)
    }
    write(c + i, f32x4.add(kept, added), some)
  }
}

/** h = tanh(c) / output divisor. */
// @ts-ignore: decorator
@inline
function output(width: usize, z: usize, h: usize, far: bool): void {
  for (let i: usize = 0; i < width; i += 16) {
    const some = min<usize>((width - i) >> 2, 4)
    const g = read(z + 3 * width + i, some)
    const divisor = read(z + 2 * width + i, some)
    const state = f32x4.div(g, f32x4.mul(divisor, candidateDivisor(g)))
    write(h + i, far ? farQuotient(state, bent(g), divisor) : state, some)
  }
}

/** tanh(g) = G / (G + 2). */
// @ts-ignore: decorator
@inline
function bent(growth: v128): v128 {
  return f32x4.div(growth, candidateDivisor(growth))
}

/** h = u · h + (1 − u) · candidate = (h + E · candidate) / (1 + E), E = exp(−z); gates u, r, candidate. */
export function gruStep(units: usize, x: usize, z: usize, h: usize): void {
  const width = units << 2
  while (units) {
    const some = min<usize>(units, 4)
    const reset = gated(read(z + 2 * width, some), sum(x + width, z + width, some))
    const candidate = bent(candidateGrowth(f32x4.add(read(x + 2 * width, some), reset)))
    write(h, mix(sum(x, z, some), read(h, some), candidate), some)
    x += 16
    z += 16
    h += 16
    units -= some
  }
}
