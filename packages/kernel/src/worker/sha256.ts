/** Fractional bits of the cube roots of the first 64 primes, FIPS 180-4 §4.2.2. */
function roundConstants(): Uint32Array {
  const constants = new Uint32Array(64)
  const primes: number[] = []
  for (let candidate = 2; primes.length < 64; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate)
  }
  return constants.map((_, i) => fractionOf(Math.cbrt(primes[i] as number)))
}

function fractionOf(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32)
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/** SHA-256 of `bytes` (FIPS 180-4), for pages that are not a secure context and so have no `crypto.subtle`. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const k = roundConstants()
  const state = Uint32Array.from([2, 3, 5, 7, 11, 13, 17, 19], (prime) =>
    fractionOf(Math.sqrt(prime)),
  )
  const words = new Uint32Array(64)
  const block = new DataView(new ArrayBuffer(64))
  const blockBytes = new Uint8Array(block.buffer)
  const bits = bytes.byteLength * 8
  // One 0x80, zeros, and 8 bytes of length fill the last block.
  const blocks = Math.ceil((bytes.byteLength + 9) / 64)
  for (let index = 0; index < blocks; index++) {
    const part = bytes.subarray(index * 64, index * 64 + 64)
    blockBytes.fill(0).set(part)
    if (part.byteLength < 64 && bytes.byteLength >= index * 64) blockBytes[part.byteLength] = 0x80
    if (index === blocks - 1) {
      block.setUint32(56, Math.floor(bits / 2 ** 32))
      block.setUint32(60, bits >>> 0)
    }
    compress(state, words, block, k)
  }
  const digest = new DataView(new ArrayBuffer(32))
  state.forEach((word, i) => digest.setUint32(4 * i, word))
  return new Uint8Array(digest.buffer)
}

function compress(state: Uint32Array, w: Uint32Array, block: DataView, k: Uint32Array): void {
  for (let t = 0; t < 16; t++) w[t] = block.getUint32(4 * t)
  for (let t = 16; t < 64; t++) {
    const w15 = w[t - 15] as number
    const w2 = w[t - 2] as number
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10)
    w[t] = (w[t - 16] as number) + s0 + (w[t - 7] as number) + s1
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  for (let t = 0; t < 64; t++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const choice = (e & f) ^ (~e & g)
    const t1 = (h + s1 + choice + (k[t] as number) + (w[t] as number)) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const t2 = (s0 + majority) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) {
    state[i] = (state[i] as number) + word
  }
}
