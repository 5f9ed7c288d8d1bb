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

/** Bytes that are hashed before others may use the thread: some milliseconds. */
const sliceBytes = 2 ** 18

/**
 * SHA-256 of `bytes` (FIPS 180-4), for pages that are not a secure context and so have no `crypto.subtle`, and for large
 * arrays in pages, which the browser's own would block. Lets others use the thread now and then.
 */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  const k = roundConstants()
  const state = Uint32Array.from([2, 3, 5, 7, 11, 13, 17, 19], (prime) =>
    fractionOf(Math.sqrt(prime)),
  )
  const words = new Uint32Array(64)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const whole = bytes.byteLength - (bytes.byteLength % 64)
  for (let offset = 0; offset < whole; offset += 64) {
    if (offset > 0 && offset % sliceBytes === 0) await new Promise((resolve) => setTimeout(resolve))
    compress(state, words, view, offset, k)
  }
  // One 0x80, zeros, and 8 bytes of length fill the last block or two.
  const rest = bytes.subarray(whole)
  const last = new DataView(new ArrayBuffer(rest.byteLength < 56 ? 64 : 128))
  const lastBytes = new Uint8Array(last.buffer)
  lastBytes.set(rest)
  lastBytes[rest.byteLength] = 0x80
  last.setBigUint64(last.byteLength - 8, BigInt(bytes.byteLength) * 8n)
  for (let offset = 0; offset < last.byteLength; offset += 64) {
    compress(state, words, last, offset, k)
  }
  const digest = new DataView(new ArrayBuffer(32))
  state.forEach((word, i) => digest.setUint32(4 * i, word))
  return new Uint8Array(digest.buffer)
}

function compress(
  state: Uint32Array,
  w: Uint32Array,
  view: DataView,
  offset: number,
  k: Uint32Array,
): void {
  for (let t = 0; t < 16; t++) w[t] = view.getUint32(offset + 4 * t)
  for (let t = 16; t < 64; t++) {
    const w15 = w[t - 15] as number
    const w2 = w[t - 2] as number
    const s0 = rotate(w15, 7) ^ rotate(w15, 18) ^ (w15 >>> 3)
    const s1 = rotate(w2, 17) ^ rotate(w2, 19) ^ (w2 >>> 10)
    w[t] = (w[t - 16] as number) + s0 + (w[t - 7] as number) + s1
  }
  let a = state[0] as number
  let b = state[1] as number
  let c = state[2] as number
  let d = state[3] as number
  let e = state[4] as number
  let f = state[5] as number
  let g = state[6] as number
  let h = state[7] as number
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
  state[0] = (state[0] as number) + a
  state[1] = (state[1] as number) + b
  state[2] = (state[2] as number) + c
  state[3] = (state[3] as number) + d
  state[4] = (state[4] as number) + e
  state[5] = (state[5] as number) + f
  state[6] = (state[6] as number) + g
  state[7] = (state[7] as number) + h
}
