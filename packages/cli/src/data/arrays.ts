import { InputError } from '@dotplus/core'
import type { NdArray } from '@dotplus/converter'
import type { Tensor, TensorData } from '@dotplus/node'

/** The half-precision bit patterns of numbers that are half floats, from their float32 bits. */
function float16Bits(data: Float32Array): Uint16Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length)
  return Uint16Array.from(data, (value, i) => {
    const word = bits[i] as number
    const sign = (word >>> 16) & 0x8000
    if (Number.isNaN(value)) return 0x7e00
    if (Math.abs(value) < 2 ** -14) return sign | (Math.abs(value) * 2 ** 24)
    const magnitude = (word & 0x7fffffff) >>> 13
    return sign | Math.min(magnitude - (112 << 10), 0x7c00)
  })
}

/** An output as the file writers take it; bfloat16, which NumPy's files do not have, as float32. */
export function ndArray({ data, shape, dtype }: Tensor<TensorData>): NdArray {
  if (Array.isArray(data)) return { dtype, shape, data: new Uint8Array(0), strings: data }
  const elements = dtype === 'float16' ? float16Bits(data as Float32Array) : data
  const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength)
  return { dtype: dtype === 'bfloat16' ? 'float32' : dtype, shape, data: bytes }
}

/** Outputs of several calls put together along the batch dimension. */
export function concatenate(
  parts: readonly Tensor<TensorData>[],
  file: string,
): Tensor<TensorData> {
  const [first] = parts
  if (!first) return { data: new Float32Array(0), shape: [0], dtype: 'float32' }
  if (parts.length === 1) return first
  const rowShape = first.shape.slice(1)
  const length = parts.reduce((sum, part) => sum + part.data.length, 0)
  const typed = Array.isArray(first.data)
    ? undefined
    : new (first.data.constructor as typeof Float32Array)(length)
  const texts: string[] = []
  let offset = 0
  let rows = 0
  for (const part of parts) {
    if (part.shape.length === 0 || part.shape.slice(1).join() !== rowShape.join()) {
      throw new InputError('batches gave outputs that do not fit together', {
        file,
        expected: `[any, ${rowShape.join(', ')}]`,
        got: `[${part.shape.join(', ')}]`,
      })
    }
    typed?.set(part.data as Float32Array, offset)
    if (Array.isArray(part.data)) for (const text of part.data) texts.push(text)
    offset += part.data.length
    rows += part.shape[0] as number
  }
  return { data: typed ?? texts, shape: [rows, ...rowShape], dtype: first.dtype }
}
