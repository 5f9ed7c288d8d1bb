import type { ModelInput } from '../model/tensor.ts'

type ArrayClass = new (buffer: ArrayBuffer) => ArrayBufferView

/** A copy of the elements alone, not of a larger buffer they are part of. */
function copyView(view: ArrayBufferView, buffers: ArrayBuffer[]): unknown {
  const kind = (view as Partial<Float32Array>)[Symbol.toStringTag] ?? 'DataView'
  const bytes = new Uint8Array(view.byteLength)
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
  buffers.push(bytes.buffer)
  const Class = (globalThis as unknown as Record<string, ArrayClass>)[kind] ?? DataView
  return new Class(bytes.buffer)
}

/**
 * A copy of what `predict` was given, all of whose arrays can be transferred, so that the caller keeps its own.
 *
 * @param buffers receives the buffers of the copy
 */
export function ownedCopy(inputs: ModelInput, buffers: ArrayBuffer[]): ModelInput {
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (ArrayBuffer.isView(value)) return copyView(value, buffers)
    if (Array.isArray(value)) return value.map(copy)
    // A tensor's fields may be getters of a class.
    if ('data' in value && 'shape' in value) {
      return { data: copy(value.data), shape: copy(value.shape) }
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, copy(item)]))
  }
  return copy(inputs) as ModelInput
}
