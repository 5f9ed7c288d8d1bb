import type { NdArray } from '../array.ts'

/** A Python tuple, told apart from a list. */
export class Tuple {
  readonly items: readonly PickleValue[]
  constructor(items: readonly PickleValue[]) {
    this.items = items
  }
}

/** A NumPy array of numbers or text; a NumPy scalar is one of shape (). */
export class PickledArray {
  readonly array: NdArray
  constructor(array: NdArray) {
    this.array = array
  }
}

/** A NumPy array of dtype object: its elements in row-major order. */
export class ObjectArray {
  readonly shape: readonly number[]
  readonly items: readonly PickleValue[]
  constructor(shape: readonly number[], items: readonly PickleValue[]) {
    this.shape = shape
    this.items = items
  }
}

/** A Python dict; keys keep their order. */
export type PickleDict = Map<PickleValue, PickleValue>

/** Everything the restricted unpickler answers with. Lists are JavaScript arrays, bytes are `Uint8Array`. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Tuple
  | PickleDict
  | PickledArray
  | ObjectArray
