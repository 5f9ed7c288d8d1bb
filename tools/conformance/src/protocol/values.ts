/** Typed arrays that cross the protocol; what a runtime's `predict` takes and gives. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

export type Elements = NumericArray | readonly string[]

type NumericArrayConstructor = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumericArray
  readonly BYTES_PER_ELEMENT: number
}

const arrayTypes: Readonly<Record<string, NumericArrayConstructor>> = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
}

/** A dense array in memory. */
export interface Value {
  readonly data: Elements
  readonly shape: readonly number[]
  /** The dtype that a runtime says it has. */
  readonly dtype?: string | undefined
}

/** A dense array as a bundle's header names it: its elements are the blob with that index, strings as JSON. */
export interface StoredValue {
  /** A name of `arrayTypes`, or `string`. */
  readonly type: string
  readonly shape: readonly number[]
  readonly dtype?: string | undefined
  readonly blob: number
}

/** Appends the elements of `value` to `blobs`. */
export function storeValue(value: Value, blobs: Uint8Array[]): StoredValue {
  const { data, shape, dtype } = value
  blobs.push(
    ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new TextEncoder().encode(JSON.stringify(data)),
  )
  return { type: arrayTypeOf(data), shape, dtype, blob: blobs.length - 1 }
}

export function readValue(stored: StoredValue, blobs: readonly Uint8Array[]): Value {
  const { shape, dtype } = stored
  const bytes = blobs[stored.blob]
  if (!bytes) throw new RangeError(`blob ${stored.blob} of ${blobs.length}`)
  if (stored.type === 'string') {
    const data = JSON.parse(new TextDecoder().decode(bytes)) as string[]
    return { data, shape, dtype }
  }
  const constructor = arrayTypes[stored.type]
  if (!constructor) throw new RangeError(`element type ${stored.type}`)
  const length = bytes.byteLength / constructor.BYTES_PER_ELEMENT
  const data = new constructor(bytes.buffer, bytes.byteOffset, length)
  return { data, shape, dtype }
}

function arrayTypeOf(data: Elements): string {
  if (Array.isArray(data)) return 'string'
  for (const [name, constructor] of Object.entries(arrayTypes)) {
    if (data instanceof constructor) return name
  }
  throw new TypeError(`${Object.prototype.toString.call(data)} cannot cross the protocol`)
}
