import type { ElementType, Value } from './context.ts'

/** A tensor of 8-byte elements as 32-bit words, two for each element along an axis of their own. */
export function asWords(x: Value): Value {
  return { buffer: x.buffer, shape: [...x.shape, 2], dtype: 'float32' }
}

/** What `asWords` gave as elements again. */
export function fromWords(words: Value, dtype: ElementType): Value {
  return { buffer: words.buffer, shape: words.shape.slice(0, -1), dtype }
}
