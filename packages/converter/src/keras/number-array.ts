import { dtypeBits, elementCount, FormatError, UnsupportedError, type DType } from '@dotplus/core'
import type { NdArray } from '../array.ts'
import { describeJson, type Json } from './python-json.ts'

export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(dtypeBits, value)
}

type Setter = (view: DataView, offset: number, value: number) => void

const setters: Readonly<Partial<Record<DType, Setter>>> = {
  float64: (view, offset, value) => view.setFloat64(offset, value, true),
  float32: (view, offset, value) => view.setFloat32(offset, value, true),
  int8: (view, offset, value) => view.setInt8(offset, value),
  uint8: (view, offset, value) => view.setUint8(offset, value),
  int16: (view, offset, value) => view.setInt16(offset, value, true),
  uint16: (view, offset, value) => view.setUint16(offset, value, true),
  int32: (view, offset, value) => view.setInt32(offset, value, true),
  uint32: (view, offset, value) => view.setUint32(offset, value, true),
  int64: (view, offset, value) => view.setBigInt64(offset, BigInt(Math.trunc(value)), true),
  uint64: (view, offset, value) => view.setBigUint64(offset, BigInt(Math.trunc(value)), true),
  bool: (view, offset, value) => view.setUint8(offset, value === 0 ? 0 : 1),
}

/**
 * An array of JSON numbers, booleans or strings.
 *
 * @throws {FormatError} for elements of another type
 * @throws {UnsupportedError} for dtypes JSON has no numbers for here (half precision is widened by the caller)
 */
export function arrayOfNumbers(
  dtype: DType,
  shape: readonly number[],
  values: readonly (Json | undefined)[],
  where: { readonly file?: string | undefined; readonly layer?: string; readonly place?: string },
): NdArray {
  if (dtype === 'string') {
    return { dtype, shape, data: new Uint8Array(0), strings: values.map((value) => String(value)) }
  }
  if (dtype === 'float16' || dtype === 'bfloat16')
    return narrow(arrayOfNumbers('float32', shape, values, where), dtype)
  const set = setters[dtype]
  if (!set) throw new UnsupportedError('a constant of this dtype', { ...where, got: dtype })
  const width = dtypeBits[dtype] / 8
  const data = new Uint8Array(elementCount(shape) * width)
  const view = new DataView(data.buffer)
  const wide = dtype === 'int64' || dtype === 'uint64'
  for (const [index, value] of values.entries()) {
    if (typeof value === 'bigint' && wide) {
      view.setBigInt64(index * width, value, true)
      continue
    }
    const number = typeof value === 'boolean' || typeof value === 'bigint' ? Number(value) : value
    if (typeof number !== 'number' || (wide && !Number.isFinite(number))) {
      throw new FormatError('a constant that is no number', { ...where, got: describeJson(value) })
    }
    set(view, index * width, number)
  }
  return { dtype, shape, data }
}

/** Rounds float32 to a 16-bit float, ties to even. */
function narrow(array: NdArray, dtype: 'float16' | 'bfloat16'): NdArray {
  const bits = new Uint32Array(array.data.buffer, array.data.byteOffset, array.data.byteLength / 4)
  const data = new Uint8Array(bits.length * 2)
  const view = new DataView(data.buffer)
  for (const [index, value] of bits.entries()) {
    view.setUint16(index * 2, dtype === 'bfloat16' ? bfloat16Bits(value) : float16Bits(value), true)
  }
  return { dtype, shape: array.shape, data }
}

function bfloat16Bits(bits: number): number {
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff
}

function float16Bits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  // 65520 and above round to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude < 0x38800000) {
    // Subnormal: adding 0.5 aligns the mantissa so that the hardware rounds it.
    const float = new Float32Array(new Uint32Array([magnitude]).buffer)
    float[0] = (float[0] as number) + 0.5
    return sign | ((new Uint32Array(float.buffer)[0] as number) - 0x3f000000)
  }
  return sign | ((magnitude - 0x38000000 + 0x0fff + ((magnitude >>> 13) & 1)) >>> 13)
}
