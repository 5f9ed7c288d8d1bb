import { readRange, type Source } from './source.ts'

/** Files up to this size are hashed in one piece by the platform, larger ones here in chunks. */
const wholeLimit = 64 * 1024 * 1024
const chunkSize = 4 * 1024 * 1024

/** SHA-256 of the bytes of all sources one after the other: 32 bytes. */
export async function sha256OfSources(sources: readonly Source[]): Promise<Uint8Array> {
  const total = sources.reduce((sum, { byteLength }) => sum + byteLength, 0)
  // Pages without HTTPS have no crypto.subtle.
  const subtle = globalThis.crypto?.subtle
  if (subtle && total <= wholeLimit) {
    const bytes = new Uint8Array(total)
    let offset = 0
    for (const source of sources) {
      bytes.set(await readRange(source, 0, source.byteLength, 'the file'), offset)
      offset += source.byteLength
    }
    return new Uint8Array(await subtle.digest('SHA-256', bytes))
  }
  const hash = new Sha256()
  for (const source of sources) {
    for (let start = 0; start < source.byteLength; start += chunkSize) {
      hash.update(
        await readRange(source, start, Math.min(source.byteLength, start + chunkSize), 'the file'),
      )
    }
  }
  return hash.digest()
}

/** Fractional parts of the cube roots of the first 64 primes. */
function roundConstants(): Uint32Array {
  const constants = new Uint32Array(64)
  let count = 0
  for (let candidate = 2; count < 64; candidate++) {
    let isPrime = true
    for (let divisor = 2; divisor * divisor <= candidate; divisor++)
      if (candidate % divisor === 0) isPrime = false
    if (!isPrime) continue
    const root = Math.cbrt(candidate)
    constants[count++] = (root - Math.floor(root)) * 2 ** 32
  }
  return constants
}

const blockSize = 64

/** SHA-256 over bytes that come in pieces (FIPS 180-4). */
export class Sha256 {
  readonly #constants = roundConstants()
  readonly #state = Uint32Array.of(
    0x6a09e667,
    0xbb67ae85,
    0x3c6ef372,
    0xa54ff53a,
    0x510e527f,
    0x9b05688c,
    0x1f83d9ab,
    0x5be0cd19,
  )
  readonly #words = new Uint32Array(64)
  readonly #block = new Uint8Array(blockSize)
  #filled = 0
  #length = 0

  update(bytes: Uint8Array): this {
    this.#length += bytes.byteLength
    let offset = 0
    while (offset < bytes.byteLength) {
      const count = Math.min(blockSize - this.#filled, bytes.byteLength - offset)
      this.#block.set(bytes.subarray(offset, offset + count), this.#filled)
      this.#filled += count
      offset += count
      if (this.#filled === blockSize) this.#compress()
    }
    return this
  }

  digest(): Uint8Array {
    const bits = this.#length * 8
    this.update(Uint8Array.of(0x80))
    while (this.#filled !== blockSize - 8) this.update(Uint8Array.of(0))
    const tail = new DataView(new ArrayBuffer(8))
    tail.setUint32(0, Math.floor(bits / 2 ** 32))
    tail.setUint32(4, bits % 2 ** 32)
    this.update(new Uint8Array(tail.buffer))
    const digest = new DataView(new ArrayBuffer(32))
    for (const [index, word] of this.#state.entries()) digest.setUint32(index * 4, word)
    return new Uint8Array(digest.buffer)
  }

  #compress(): void {
    const words = this.#words
    const view = new DataView(this.#block.buffer)
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(i * 4)
    for (let i = 16; i < 64; i++) {
      const w15 = words[i - 15] as number
      const w2 = words[i - 2] as number
      const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)
      const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10)
      words[i] = (words[i - 16] as number) + s0 + (words[i - 7] as number) + s1
    }
    let [a, b, c, d, e, f, g, h] = this.#state as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      const choice = (e & f) ^ (~e & g)
      const t1 = (h + s1 + choice + (this.#constants[i] as number) + (words[i] as number)) | 0
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
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
    for (const [index, value] of [a, b, c, d, e, f, g, h].entries())
      this.#state[index] = (this.#state[index] as number) + value
    this.#filled = 0
  }
}

function rotate(word: number, count: number): number {
  return (word >>> count) | (word << (32 - count))
}
