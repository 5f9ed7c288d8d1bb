import type { ElementType } from '../dtype/element-type.ts'

/** Elements of a tensor: one kind of array for each dtype, see {@link Tensor}. */
export type TensorData =
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
  | string[]

/**
 * A dense array as `predict` gives it: row-major, batch dimension first. Elements are in the typed array of their dtype:
 * float16 and bfloat16 in a Float32Array, bool as 0 and 1 in a Uint8Array, int64 in a BigInt64Array, strings in an array.
 */
export interface Tensor<Data extends TensorData = Float32Array> {
  readonly data: Data
  readonly shape: readonly number[]
  readonly dtype: ElementType
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

/** 64-bit integers, for integer inputs. */
export type WideIntegerArray = BigInt64Array | BigUint64Array

/**
 * Elements nested as deep as the input's rank: numbers, true and false for bool inputs, strings for string inputs; the
 * innermost level may be a typed array.
 */
export type NestedElements = readonly (
  | number
  | bigint
  | boolean
  | string
  | NestedElements
  | NumericArray
  | WideIntegerArray
)[]

/** One input: flat elements, elements with a shape, or nested ones. */
export type InputValue =
  | NumericArray
  | WideIntegerArray
  | {
      readonly data: NumericArray | WideIntegerArray | readonly string[]
      readonly shape: readonly number[]
    }
  | NestedElements

/** What `predict` takes: the only input, all inputs in order, or a record by input name. */
export type ModelInput = InputValue | readonly InputValue[] | Readonly<Record<string, InputValue>>

/** What `predict` gives: the only output, or a record by output name. */
export type Prediction = Tensor<TensorData> | Record<string, Tensor<TensorData>>

/** True for a tensor alone, false for a record of them. */
export function isTensor(prediction: Prediction): prediction is Tensor<TensorData> {
  return Array.isArray(prediction.shape)
}

/** One input or output of a model; `null` marks a dimension that may change from call to call. */
export interface Signature {
  readonly name: string
  readonly shape: readonly (number | null)[]
  readonly dtype: string
}

/** What layers keep between the steps of one stream, by layer and place; what is missing is zeros. Plain data. */
export type StepState = Readonly<Record<string, Tensor<Float32Array | Float64Array>>>
