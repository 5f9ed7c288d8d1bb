import type { DType } from '@dotplus/core'
import type { NdArray } from '../array.ts'
import type { StoredForm } from './dialects.ts'
import type { JsonObject } from './python-json.ts'

/** The model as Keras describes it, in one form for all its generations and both kinds of models. */
export interface ModelSpec {
  readonly name: string
  /** In Keras's order, which is also that of its weight files. */
  readonly layers: readonly LayerSpec[]
  /** In the order `model.inputs` has them. */
  readonly inputs: readonly PortSpec[]
  /** Keys by which the model takes a dict of inputs, in the order of `inputs`. */
  readonly inputKeys: readonly string[] | undefined
  readonly outputs: readonly PortSpec[]
}

export interface PortSpec {
  readonly name: string
  readonly tensor: TensorRef
}

/** The n-th output of the n-th call of a layer. */
export interface TensorRef {
  readonly layer: string
  readonly node: number
  readonly output: number
  /** Batch first, where the reference holds it. */
  readonly shape?: readonly (number | null)[]
}

/** One layer with its calls. */
export interface LayerSpec {
  readonly name: string
  readonly className: string
  /** "package>Class" of a registered custom class. */
  readonly registeredName: string | undefined
  /** Python module of the class; undefined in old files. */
  readonly module: string | undefined
  readonly config: JsonObject
  /** Shape of the first input at build time, batch first, where the file holds it. */
  readonly inputShape: readonly (number | null)[] | undefined
  readonly calls: readonly CallSpec[]
  /** Set when it is a function node: the function's name in `keras.ops`. */
  readonly op: string | undefined
  /** How an older Keras lays out the layer's variables, where that differs from Keras 3. */
  readonly storedForm?: StoredForm | undefined
  /** Set when the layer is a model. */
  readonly model: ModelSpec | undefined
  /** The group of the weight file that the layer is in; `layers` when undefined. */
  readonly weightsGroup?: string
  /** An input that Keras made up for a Sequential model; it is in no weight file. */
  readonly implicit?: boolean
  /** A subclassed model, which stands for the whole file: its variables begin at the root. */
  readonly isWholeModel?: boolean
}

export interface CallSpec {
  readonly positional: readonly SpecValue[]
  readonly keywords: readonly (readonly [string, SpecValue])[]
}

/** An argument of a call before layers have indices. */
export type SpecValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number; readonly isFloat?: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: TensorRef }
  | { readonly kind: 'array'; readonly value: NdArray }
  /** A variable of the layer that the call is inside of, by name. */
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly SpecValue[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [string, SpecValue])[] }
  | {
      readonly kind: 'slice'
      readonly start: SpecValue
      readonly stop: SpecValue
      readonly step: SpecValue
    }
  | { readonly kind: 'ellipsis' }
  | { readonly kind: 'dtype'; readonly value: DType }

/** Every tensor a value refers to, in order. */
export function* tensorsOf(value: SpecValue): Generator<TensorRef> {
  switch (value.kind) {
    case 'tensor':
      yield value.value
      return
    case 'list':
      for (const item of value.items) yield* tensorsOf(item)
      return
    case 'dict':
      for (const [, entry] of value.entries) yield* tensorsOf(entry)
      return
    case 'slice':
      for (const bound of [value.start, value.stop, value.step]) yield* tensorsOf(bound)
      return
    default:
  }
}

/** The value with every tensor it refers to replaced. */
export function mapTensors(value: SpecValue, map: (tensor: TensorRef) => TensorRef): SpecValue {
  switch (value.kind) {
    case 'tensor':
      return { kind: 'tensor', value: map(value.value) }
    case 'list':
      return { kind: 'list', items: value.items.map((item) => mapTensors(item, map)) }
    case 'dict':
      return {
        kind: 'dict',
        entries: value.entries.map(([key, entry]) => [key, mapTensors(entry, map)] as const),
      }
    case 'slice':
      return {
        kind: 'slice',
        start: mapTensors(value.start, map),
        stop: mapTensors(value.stop, map),
        step: mapTensors(value.step, map),
      }
    default:
      return value
  }
}
