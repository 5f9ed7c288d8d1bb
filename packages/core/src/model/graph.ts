import type { UnknownFields } from '../codec/message.ts'
import type { DType, TensorIndex } from './tensor.ts'

/** Index into `Model.layers`. */
export type LayerIndex = number

/** Calls of layers in an order in which every value is computed before it is used. */
export interface Graph {
  calls: Call[]
  /** In the order `predict` takes them (Keras's flattened order). */
  inputs: Port[]
  outputs: Port[]
  unknownFields?: UnknownFields
}

/** One call of a layer. */
export interface Call {
  layer: LayerIndex
  /** Positional arguments in order, then keyword arguments. */
  arguments: Argument[]
  unknownFields?: UnknownFields
}

export interface Argument {
  /** Keyword; empty for a positional argument. */
  name: string
  value?: Value | undefined
  unknownFields?: UnknownFields
}

/** A named end of a graph. */
export interface Port {
  name: string
  value?: ValueRef | undefined
  /** Inputs only. */
  dtype?: DType | undefined
  /** Inputs only: batch dimension first, -1 where free. */
  shape: number[]
  optional: boolean
  unknownFields?: UnknownFields
}

/** The `output`-th result of the `call`-th call of the same graph. */
export interface ValueRef {
  call: number
  output: number
  unknownFields?: UnknownFields
}

/** Anything an argument or attribute can be. */
export type Value =
  | { kind: 'none'; none: true }
  | { kind: 'boolean'; boolean: boolean }
  | { kind: 'integer'; integer: number }
  | { kind: 'number'; number: number }
  | { kind: 'text'; text: string }
  | { kind: 'ref'; ref: ValueRef }
  | { kind: 'tensor'; tensor: TensorIndex }
  | { kind: 'list'; list: { items: Value[] } }
  | {
      kind: 'slice'
      slice: { start?: Value | undefined; stop?: Value | undefined; step?: Value | undefined }
    }
  | { kind: 'ellipsis'; ellipsis: true }
  | { kind: 'dtype'; dtype: DType }
  | { kind: 'dict'; dict: { entries: Argument[] } }
