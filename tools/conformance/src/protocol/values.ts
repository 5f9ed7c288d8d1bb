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
}

/** A dense array in memory. */
export interface Value {
  readonly data: NumericArray
  readonly shape: readonly number[]
}

/** A dense array as a bundle's header names it: its elements are the blob with that index. */
export interface StoredValue {
  /** A name of `arrayTypes`. */
  readonly type: string
  readonly shape: readonly number[]
  readonly blob: number
}

/** Appends the elements of `value` to `blobs`. */
export function storeValue(value: Value, blobs: Uint8Array[]): StoredValue {
  const { data, shape } = value
  blobs.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return { type: arrayTypeOf(data), shape, blob: blobs.length - 1 }
}

export function readValue(stored: StoredValue, blobs: readonly Uint8Array[]): Value {
  const bytes = blobs[stored.blob]
  if (!bytes) throw new RangeError(`blob ${stored.blob} of ${blobs.length}`)
  const constructor = arrayTypes[stored.type]
  if (!constructor) throw new RangeError(`element type ${stored.type}`)
  const length = bytes.byteLength / constructor.BYTES_PER_ELEMENT
  const data = new constructor(bytes.buffer, bytes.byteOffset, length)
  return { data, shape: stored.shape }
}

function arrayTypeOf(data: NumericArray): string {
  for (const [name, constructor] of Object.entries(arrayTypes)) {
    if (data instanceof constructor) return name
  }
  throw new TypeError(`${Object.prototype.toString.call(data)} cannot cross the protocol`)
}
