import { readAll, readRange, type Source } from './source.ts'

/** A file up to this size is hashed in one piece by the platform; larger ones, and several, in chunks. */
const wholeLimit = 128 * 1024 * 1024
const chunkSize = 4 * 1024 * 1024

/** SHA-256 over bytes that come in pieces. Node's `createHash('sha256')` is one. */
export interface StreamingHash {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

/** SHA-256 in plain JavaScript, for platforms that only hash what is in memory as a whole. */
export function streamingSha256(): StreamingHash {
  return new Sha256()
}

/**
 * SHA-256 of the bytes of all sources one after the other: 32 bytes.
 *
 * @param newHash the platform's own, where it has one
 */
export async function sha256OfSources(
  sources: readonly Source[],
  newHash?: () => StreamingHash,
): Promise<Uint8Array> {
  const [only, another] = sources
  // Pages without HTTPS have no crypto.subtle.
  const subtle = globalThis.crypto?.subtle
  if (!newHash && subtle && only && !another && only.byteLength <= wholeLimit) {
    const bytes = await readAll(only)
    return new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
  }
  const hash = (newHash ?? streamingSha256)()
  for (const source of sources) {
    for (let start = 0; start < source.byteLength; start += chunkSize) {
      const end = Math.min(source.byteLength, start + chunkSize)
      hash.update(await readRange(source, start, end, 'the file'))
    }
  }
  return new Uint8Array(hash.digest())
}

/** Fractional parts of the cube roots of the first 64 primes. */
function roundConstants(): Int32Array {
  const constants = new Int32Array(64)
  let count = 0
  for (let candidate = 2; count < 64; candidate++) {
    let isPrime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor++) {
      if (candidate % divisor === 0) isPrime = false
    }
    if (!isPrime) continue
    const root = Math.cbrt(candidate)
    constants[count++] = (root - Math.floor(root)) * 2 ** 32
  }
  return constants
}

const blockSize = 64

/** SHA-256 over bytes that come in pieces (FIPS 180-4). */
export class Sha256 implements StreamingHash {
  readonly #constants = roundConstants()
  readonly #state = Int32Array.of(
    0x6a09e667,
    0xbb67ae85,
    0x3c6ef372,
    0xa54ff53a,
    0x510e527f,
    0x9b05688c,
    0x1f83d9ab,
    0x5be0cd19,
  )
  readonly #words = new Int32Array(64)
  readonly #rest = new Uint8Array(blockSize)
  #restLength = 0
  #length = 0

  update(bytes: Uint8Array): this {
    this.#length += bytes.byteLength
    let offset = 0
    if (this.#restLength > 0) {
      offset = Math.min(blockSize - this.#restLength, bytes.byteLength)
      this.#rest.set(bytes.subarray(0, offset), this.#restLength)
      this.#restLength += offset
      if (this.#restLength < blockSize) return this
      this.#compress(this.#rest, 0)
    }
    for (; offset + blockSize <= bytes.byteLength; offset += blockSize)
      this.#compress(bytes, offset)
    this.#rest.set(bytes.subarray(offset))
    this.#restLength = bytes.byteLength - offset
    return this
  }

  digest(): Uint8Array {
    const bits = this.#length * 8
    const padding = new Uint8Array((this.#restLength < 56 ? 56 : 120) - this.#restLength + 8)
    padding[0] = 0x80
    const tail = new DataView(padding.buffer, padding.byteLength - 8)
    tail.setUint32(0, Math.floor(bits / 2 ** 32))
    tail.setUint32(4, bits % 2 ** 32)
    this.update(padding)
    const digest = new DataView(new ArrayBuffer(32))
    for (const [index, word] of this.#state.entries()) digest.setInt32(index * 4, word)
    return new Uint8Array(digest.buffer)
  }

  #compress(bytes: Uint8Array, offset: number): void {
    const words = this.#words
    const constants = this.#constants
    const state = this.#state as unknown as number[]
    for (let i = 0, at = offset; i < 16; i++, at += 4) {
      words[i] =
        ((bytes[at] as number) << 24) |
        ((bytes[at + 1] as number) << 16) |
        ((bytes[at + 2] as number) << 8) |
        (bytes[at + 3] as number)
    }
    for (let i = 16; i < 64; i++) {
      const w15 = words[i - 15] as number
      const w2 = words[i - 2] as number
      const s0 = ((w15 >>> 7) | (w15 << 25)) ^ ((w15 >>> 18) | (w15 << 14)) ^ (w15 >>> 3)
      const s1 = ((w2 >>> 17) | (w2 << 15)) ^ ((w2 >>> 19) | (w2 << 13)) ^ (w2 >>> 10)
      words[i] = ((words[i - 16] as number) + s0 + (words[i - 7] as number) + s1) | 0
    }
    let a = state[0] as number
    let b = state[1] as number
    let c = state[2] as number
    let d = state[3] as number
    let e = state[4] as number
    let f = state[5] as number
    let g = state[6] as number
    let h = state[7] as number
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const choice = (e & f) ^ (~e & g)
      const t1 = (h + s1 + choice + (constants[i] as number) + (words[i] as number)) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const majority = (a & b) ^ (a & c) ^ (b & c)
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + s0 + majority) | 0
    }
    state[0] = ((state[0] as number) + a) | 0
    state[1] = ((state[1] as number) + b) | 0
    state[2] = ((state[2] as number) + c) | 0
    state[3] = ((state[3] as number) + d) | 0
    state[4] = ((state[4] as number) + e) | 0
    state[5] = ((state[5] as number) + f) | 0
    state[6] = ((state[6] as number) + g) | 0
    state[7] = ((state[7] as number) + h) | 0
  }
}
