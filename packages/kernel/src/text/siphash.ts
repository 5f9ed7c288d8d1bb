/** SipHash-2-4 (Aumasson and Bernstein, 2012), which TensorFlow calls its strong hash. */

const ones = (1n << 64n) - 1n

function rotate(value: bigint, shift: bigint): bigint {
  return ((value << shift) | (value >> (64n - shift))) & ones
}

/**
 * The 64-bit hash of a text's bytes under a key of two words, unsigned.
 */
export function sipHash24(bytes: Uint8Array, key: readonly [bigint, bigint]): bigint {
  const [low, high] = key.map((word) => BigInt.asUintN(64, word)) as [bigint, bigint]
  let v0 = low ^ 0x736f6d6570736575n
  let v1 = high ^ 0x646f72616e646f6dn
  let v2 = low ^ 0x6c7967656e657261n
  let v3 = high ^ 0x7465646279746573n
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) & ones
      v2 = (v2 + v3) & ones
      v1 = rotate(v1, 13n) ^ v0
      v3 = rotate(v3, 16n) ^ v2
      v0 = rotate(v0, 32n)
      v2 = (v2 + v1) & ones
      v0 = (v0 + v3) & ones
      v1 = rotate(v1, 17n) ^ v2
      v3 = rotate(v3, 21n) ^ v0
      v2 = rotate(v2, 32n)
    }
  }
  // The last word holds what is left of the bytes and, in its highest byte, the length modulo 256.
  const whole = bytes.length & ~7
  const padded = new Uint8Array(whole + 8)
  padded.set(bytes)
  padded[whole + 7] = bytes.length
  const view = new DataView(padded.buffer)
  for (let at = 0; at <= whole; at += 8) {
    const word = view.getBigUint64(at, true)
    v3 ^= word
    rounds(2)
    v0 ^= word
  }
  v2 ^= 0xffn
  rounds(4)
  return v0 ^ v1 ^ v2 ^ v3
}
