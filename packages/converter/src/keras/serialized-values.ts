import { elementCount, FormatError, UnsupportedError, type DType } from '@dotplus/core'
import type { NdArray } from '../array.ts'
import { arrayOfNumbers, isDType } from './number-array.ts'
import type { SpecValue, TensorRef } from './model-spec.ts'
import {
  describeJson,
  isJsonObject,
  isPythonFloat,
  type Json,
  type JsonObject,
} from './python-json.ts'

/** Where a value is, for errors. */
export interface ValuePlace {
  readonly file: string
  readonly layer: string
  readonly place: string
}

/**
 * Reads a value as Keras 3 serializes it: plain JSON, and the tagged objects for tensors, arrays, slices and dtypes.
 *
 * @throws {UnsupportedError} for lambdas and objects that no call can take
 */
export function readSerializedValue(
  json: Json | undefined,
  where: ValuePlace,
  isFloat = false,
): SpecValue {
  if (json === null || json === undefined) return { kind: 'none' }
  if (typeof json === 'boolean') return { kind: 'boolean', value: json }
  if (typeof json === 'number') return { kind: 'number', value: json, ...(isFloat && { isFloat }) }
  if (typeof json === 'bigint') return { kind: 'number', value: Number(json) }
  if (typeof json === 'string') return { kind: 'text', value: json }
  if (Array.isArray(json)) return { kind: 'list', items: readSerializedList(json, where) }
  const config = isJsonObject(json.config) ? json.config : {}
  switch (json.class_name) {
    case '__keras_tensor__':
      return {
        kind: 'tensor',
        value: withShape(readHistory(config.keras_history, where), config.shape),
      }
    case '__numpy__':
    case '__tensor__':
      return { kind: 'array', value: readArray(config, where) }
    case '__slice__':
      return {
        kind: 'slice',
        start: readSerializedValue(config.start, where),
        stop: readSerializedValue(config.stop, where),
        step: readSerializedValue(config.step, where),
      }
    case '__ellipsis__':
      return { kind: 'ellipsis' }
    case undefined:
      return readDict(json, where)
    default:
      if ('config' in json && typeof json.class_name === 'string') {
        throw new UnsupportedError('an argument that is an object', {
          ...where,
          got: json.class_name,
        })
      }
      return readDict(json, where)
  }
}

function withShape(tensor: TensorRef, shape: Json | undefined): TensorRef {
  const isShape =
    Array.isArray(shape) &&
    shape.every((size): size is number | null => size === null || typeof size === 'number')
  return isShape ? { ...tensor, shape } : tensor
}

function readDict(json: JsonObject, where: ValuePlace): SpecValue {
  const entries = Object.entries(json).map(
    ([key, value]) => [key, readSerializedValue(value, where, isPythonFloat(json, key))] as const,
  )
  return { kind: 'dict', entries }
}

/** The values of a list, each as {@link readSerializedValue} reads it. */
export function readSerializedList(json: Json[], where: ValuePlace): SpecValue[] {
  return json.map((item, i) => readSerializedValue(item, where, isPythonFloat(json, i)))
}

/** [layer name, call index, output index] */
export function readHistory(json: Json | undefined, where: ValuePlace): TensorRef {
  if (isReference(json)) return { layer: json[0], node: json[1], output: json[2] }
  throw new FormatError('the model config is damaged', {
    ...where,
    expected: '["layer", node index, tensor index]',
    got: describeJson(json),
  })
}

/** True for ["name", 0, 0, …], the form in which every Keras writes a reference to a tensor. */
export function isReference(json: Json | undefined): json is [string, number, number, ...Json[]] {
  return (
    Array.isArray(json) &&
    json.length >= 3 &&
    typeof json[0] === 'string' &&
    typeof json[1] === 'number' &&
    typeof json[2] === 'number'
  )
}

function readArray(config: JsonObject, where: ValuePlace): NdArray {
  const { value } = config
  const dtype: DType = isDType(config.dtype) ? config.dtype : 'float32'
  const shape: number[] = []
  for (let level: Json | undefined = value; Array.isArray(level); level = level[0])
    shape.push(level.length)
  const flat: Json[] = []
  const collect = (json: Json | undefined): void => {
    if (Array.isArray(json)) for (const item of json) collect(item)
    else flat.push(json ?? null)
  }
  collect(value)
  if (flat.length !== elementCount(shape)) {
    throw new FormatError('a constant whose rows differ in length', {
      ...where,
      expected: `${elementCount(shape)} elements`,
      got: `${flat.length}`,
    })
  }
  return arrayOfNumbers(dtype, shape, flat, where)
}
