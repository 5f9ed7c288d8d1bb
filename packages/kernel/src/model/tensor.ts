/** A dense array as `predict` takes and gives it: row-major, batch dimension first. */
export interface Tensor {
  readonly data: Float32Array
  readonly shape: readonly number[]
}

/** A typed array of numbers, which is cast to the input's dtype as Keras does. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array

/** 64-bit integers, for integer inputs; each has to fit 32 bits. */
export type WideIntegerArray = BigInt64Array | BigUint64Array

/** Numbers (true and false for bool inputs) nested as deep as the input's rank; the innermost level may be a typed array. */
export type NestedNumbers = readonly (number | boolean | NestedNumbers | NumericArray)[]

/** One input: flat elements, elements with a shape, or nested numbers. */
export type InputValue =
  | NumericArray
  | WideIntegerArray
  | { readonly data: NumericArray | WideIntegerArray; readonly shape: readonly number[] }
  | NestedNumbers

/** What `predict` takes: the only input, all inputs in order, or a record by input name. */
export type ModelInput = InputValue | readonly InputValue[] | Readonly<Record<string, InputValue>>

/** What `predict` gives: the only output, or a record by output name. */
export type Prediction = Tensor | Record<string, Tensor>

/** One input or output of a model; `null` marks a dimension that may change from call to call. */
export interface Signature {
  readonly name: string
  readonly shape: readonly (number | null)[]
  readonly dtype: string
}
