import { UnsupportedError, weightsOf, type Model, type StoredTensor } from '@dotplus/core'

/** The largest float32 that rounds to a finite float16, as bits: 65519.996. */
const largestBits = 0x477fefff
/** The smallest normal float16, 2^-14, as bits of a float32. */
const smallestNormalBits = 0x38800000

/**
 * The weights of layers that may be stored as float16: float32 of two dimensions and more. Vectors (biases, scales,
 * statistics) take no room, and a variance may well be too small for a float16.
 */
export function halfTensors(model: Model): ReadonlySet<number> {
  const indices = new Set<number>()
  for (const layer of model.layers)
    for (const { index } of weightsOf(layer)) {
      const { dtype, shape } = model.tensors[index] as StoredTensor
      if (dtype === 'float32' && shape.length >= 2) indices.add(index)
    }
  return indices
}

/**
 * float32 rounded to the nearest float16, to even where two are as near (IEEE 754).
 *
 * @param bytes little-endian elements
 * @throws {UnsupportedError} when a finite element would become infinite
 */
export function toHalf(bytes: Uint8Array, tensor: string): Uint8Array {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const half = new Uint8Array(bytes.byteLength / 2)
  const target = new DataView(half.buffer)
  for (let at = 0; at < half.byteLength; at += 2)
    target.setUint16(at, halfBits(source.getUint32(at * 2, true), tensor), true)
  return half
}

function halfBits(bits: number, tensor: string): number {
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude >= 0x7f800000) return sign | 0x7c00 | (magnitude > 0x7f800000 ? 0x200 : 0)
  if (magnitude > largestBits) {
    throw new UnsupportedError('a weight is too large for float16', {
      place: `tensor ${tensor}`,
      expected: 'at most 65504',
      got: `${floatOf(magnitude)}`,
      hint: 'Convert without --weights f16',
    })
  }
  if (magnitude >= smallestNormalBits) {
    // Rebiases the exponent and rounds away 13 bits of the fraction; a carry goes into the exponent as it should.
    const rebiased = magnitude - 0x38000000
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13)
  }
  // Subnormal: a whole multiple of 2^-24.
  const multiple = floatOf(magnitude) * 2 ** 24
  const below = Math.floor(multiple)
  const rest = multiple - below
  return sign | (below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0))
}

const scratch = new DataView(new ArrayBuffer(4))

function floatOf(bits: number): number {
  scratch.setUint32(0, bits)
  return scratch.getFloat32(0)
}
