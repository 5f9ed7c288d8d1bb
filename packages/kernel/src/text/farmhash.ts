/** FarmHash's Fingerprint64 (farmhashna::Hash64 of google/farmhash 1.1), which TensorFlow calls its fast hash. */

const k0 = 0xc3a5c85c97cb3127n
const k1 = 0xb492b66fbe98f273n
const k2 = 0x9ae16a3b2f90404fn
const ones = (1n << 64n) - 1n

type Pair = readonly [first: bigint, second: bigint]

function product(a: bigint, b: bigint): bigint {
  return (a * b) & ones
}

function sum(...terms: readonly bigint[]): bigint {
  return terms.reduce((total, term) => total + term, 0n) & ones
}

function rotate(value: bigint, shift: bigint): bigint {
  return ((value >> shift) | (value << (64n - shift))) & ones
}

function shiftMix(value: bigint): bigint {
  return value ^ (value >> 47n)
}

function hash16(u: bigint, v: bigint, factor: bigint): bigint {
  const a = shiftMix(product(u ^ v, factor))
  return product(shiftMix(product(v ^ a, factor)), factor)
}

/** FarmHash reads its text as little-endian words of 64 bits. */
class Words {
  readonly #view: DataView
  readonly length: number

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.length = bytes.length
  }

  /** The word at an offset, which counts from the end when it is negative. */
  at(offset: number): bigint {
    return this.#view.getBigUint64(offset < 0 ? offset + this.length : offset, true)
  }

  half(offset: number): bigint {
    return BigInt(this.#view.getUint32(offset < 0 ? offset + this.length : offset, true))
  }

  byte(offset: number): bigint {
    return BigInt(this.#view.getUint8(offset))
  }
}

/**
 * The 64-bit fingerprint of a text's bytes, unsigned.
 */
export function fingerprint64(bytes: Uint8Array): bigint {
  const words = new Words(bytes)
  if (bytes.length <= 16) return upTo16(words)
  const factor = k2 + 2n * BigInt(bytes.length)
  if (bytes.length <= 32) return upTo32(words, factor)
  return bytes.length <= 64 ? upTo64(words, factor) : longer(words)
}

function upTo16(words: Words): bigint {
  const { length } = words
  const size = BigInt(length)
  if (length >= 8) {
    const factor = k2 + 2n * size
    const a = sum(words.at(0), k2)
    const b = words.at(-8)
    const c = sum(product(rotate(b, 37n), factor), a)
    return hash16(c, product(sum(rotate(a, 25n), b), factor), factor)
  }
  if (length >= 4) {
    return hash16(size + (words.half(0) << 3n), words.half(-4), k2 + 2n * size)
  }
  if (length === 0) return k2
  const y = words.byte(0) + (words.byte(length >> 1) << 8n)
  const z = size + (words.byte(length - 1) << 2n)
  return product(shiftMix(product(y, k2) ^ product(z, k0)), k2)
}

function upTo32(words: Words, factor: bigint): bigint {
  const a = product(words.at(0), k1)
  const b = words.at(8)
  const c = product(words.at(-8), factor)
  const d = product(words.at(-16), k2)
  const u = sum(rotate(sum(a, b), 43n), rotate(c, 30n), d)
  return hash16(u, sum(a, rotate(sum(b, k2), 18n), c), factor)
}

function upTo64(words: Words, factor: bigint): bigint {
  const a = product(words.at(0), k2)
  const b = words.at(8)
  const c = product(words.at(-8), factor)
  const d = product(words.at(-16), k2)
  const y = sum(rotate(sum(a, b), 43n), rotate(c, 30n), d)
  const z = hash16(y, sum(a, rotate(sum(b, k2), 18n), c), factor)
  const e = product(words.at(16), factor)
  const f = words.at(24)
  const g = product(sum(y, words.at(-32)), factor)
  const h = product(sum(z, words.at(-24)), factor)
  const u = sum(rotate(sum(e, f), 43n), rotate(g, 30n), h)
  return hash16(u, sum(e, rotate(sum(f, a), 18n), g), factor)
}

/** Of 32 bytes. */
function weakHash(words: Words, offset: number, seedA: bigint, seedB: bigint): Pair {
  const w = words.at(offset)
  const z = words.at(offset + 24)
  const a = sum(seedA, w)
  const total = sum(a, words.at(offset + 8), words.at(offset + 16))
  const b = sum(rotate(sum(seedB, a, z), 21n), rotate(total, 44n))
  return [sum(total, z), sum(b, a)]
}

/** 56 bytes of state: the words x, y, z and the pairs v and w. */
interface State {
  readonly x: bigint
  readonly y: bigint
  readonly z: bigint
  readonly v: Pair
  readonly w: Pair
}

/** Takes in the 64 bytes at an offset. `weight` is 9 for the last ones, else 1. */
function mix(words: Words, at: number, state: State, factor: bigint, weight: bigint): State {
  const { v, w } = state
  let x = product(rotate(sum(state.x, state.y, v[0], words.at(at + 8)), 37n), factor)
  let y = product(rotate(sum(state.y, v[1], words.at(at + 48)), 42n), factor)
  x ^= product(w[1], weight)
  y = sum(y, product(v[0], weight), words.at(at + 40))
  const z = product(rotate(sum(state.z, w[0]), 33n), factor)
  return {
    x: z,
    y,
    z: x,
    v: weakHash(words, at, product(v[1], factor), sum(x, w[0])),
    w: weakHash(words, at + 32, sum(z, w[1]), sum(y, words.at(at + 16))),
  }
}

function longer(words: Words): bigint {
  const seed = 81n
  const y = sum(product(seed, k1), 113n)
  let state: State = {
    x: sum(product(seed, k2), words.at(0)),
    y,
    z: product(shiftMix(sum(product(y, k2), 113n)), k2),
    v: [0n, 0n],
    w: [0n, 0n],
  }
  const rest = (words.length - 1) & 63
  const end = words.length - 1 - rest
  for (let at = 0; at < end; at += 64) state = mix(words, at, state, k1, 1n)
  const factor = k1 + ((state.z & 0xffn) << 1n)
  const w = sum(state.w[0], BigInt(rest))
  const v = sum(state.v[0], w)
  const last = mix(
    words,
    words.length - 64,
    { ...state, v: [v, state.v[1]], w: [sum(w, v), state.w[1]] },
    factor,
    9n,
  )
  const left = sum(hash16(last.v[0], last.w[0], factor), product(shiftMix(last.y), k0), last.z)
  return hash16(left, sum(hash16(last.v[1], last.w[1], factor), last.x), factor)
}

/** One fingerprint of two, as TensorFlow chains them. */
export function concatenateFingerprints(first: bigint, second: bigint): bigint {
  const factor = 0xc6a4a7935bd1e995n
  const mixed = product(shiftMix(product(second, factor)), factor)
  const chained = product(first ^ factor ^ mixed, factor)
  return shiftMix(product(shiftMix(chained), factor))
}
