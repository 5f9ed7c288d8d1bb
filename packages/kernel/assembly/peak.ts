import { madd } from './madd'

/** Factor and term, in memory: engines rebuild a vector constant for every use in a loop. */
const OPERANDS: usize = memory.data<f32>([0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1])

/**
 * `turns` turns of twelve independent multiply-adds of four floats: as fast as this machine multiplies and adds in
 * registers. 96 floating-point operations a turn.
 */
export function peak(turns: u32): f32 {
  const factor = v128.load(OPERANDS)
  const term = v128.load(OPERANDS, 16)
  let a0 = term
  let a1 = term
  let a2 = term
  let a3 = term
  let a4 = term
  let a5 = term
  let a6 = term
  let a7 = term
  let a8 = term
  let a9 = term
  let a10 = term
  let a11 = term
  for (; turns; turns--) {
    a0 = madd(a0, factor, term)
    a1 = madd(a1, factor, term)
    a2 = madd(a2, factor, term)
    a3 = madd(a3, factor, term)
    a4 = madd(a4, factor, term)
    a5 = madd(a5, factor, term)
    a6 = madd(a6, factor, term)
    a7 = madd(a7, factor, term)
    a8 = madd(a8, factor, term)
    a9 = madd(a9, factor, term)
    a10 = madd(a10, factor, term)
    a11 = madd(a11, factor, term)
  }
  a0 = f32x4.add(f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)), f32x4.add(f32x4.add(a4, a5), f32x4.add(a6, a7)))
  return f32x4.extract_lane(f32x4.add(a0, f32x4.add(f32x4.add(a8, a9), f32x4.add(a10, a11))), 0)
}

/** Reads `bytes` bytes from `address` on, a multiple of 64: as fast as memory brings them. */
export function stream(address: usize, bytes: usize): i32 {
  let a = i32x4.splat(0)
  let b = a
  let c = a
  let d = a
  for (const end = address + bytes; address < end; address += 64) {
    a = v128.xor(a, v128.load(address))
    b = v128.xor(b, v128.load(address, 16))
    c = v128.xor(c, v128.load(address, 32))
    d = v128.xor(d, v128.load(address, 48))
  }
  return i32x4.extract_lane(v128.xor(v128.xor(a, b), v128.xor(c, d)), 0)
}
