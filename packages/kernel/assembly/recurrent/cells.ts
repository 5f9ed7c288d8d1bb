import { loadSome, storeSome } from '../lanes'
import { tanh } from '../math/tanh'
import { candidateDivisor, candidateGrowth, gateDivisor, gateDivisorPair, gateExponential } from '../math/gates'

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

/**
 * c = f · c + i · candidate, h = o · tanh(c); gates i, f, o, candidate. Three passes of short chains of steps, for in
 * one of long chains the next unit waits for the one before.
 */
export function lstmStep(units: usize, x: usize, z: usize, h: usize, c: usize): void {
  const width = units << 2
  gateDivisors(3 * units, x, z)
  x += 3 * width
  for (let rest = units; rest; ) {
    const some = min<usize>(rest, 4)
    write(z + 3 * width, candidateGrowth(sum(x, z + 3 * width, some)), some)
    x += 16
    z += 16
    rest -= some
  }
  z -= (width + 15) & ~15
  while (units) {
    const some = min<usize>(units, 4)
    const candidate = read(z + 3 * width, some)
    const input = f32x4.mul(read(z, some), candidateDivisor(candidate))
    const kept = f32x4.div(read(c, some), read(z + width, some))
    const carry = f32x4.add(kept, f32x4.div(candidate, input))
    write(c, carry, some)
    const growth = candidateGrowth(carry)
    const output = f32x4.mul(read(z + 2 * width, some), candidateDivisor(growth))
    write(h, f32x4.div(growth, output), some)
    z += 16
    h += 16
    c += 16
    units -= some
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
function gruState(some: usize, x: usize, z: usize, h: usize, candidate: v128): void {
  const growth = candidateGrowth(candidate)
  const bent = f32x4.div(growth, candidateDivisor(growth))
  const kept = f32x4.div(f32x4.sub(read(h, some), bent), gateDivisor(sum(x, z, some)))
  write(h, f32x4.add(bent, kept), some)
}
