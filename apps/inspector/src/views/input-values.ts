import type { InputSignature } from '../engine/protocol.ts'

/** A shape for one sample: free dimensions other than the batch get 10. */
export function sizesOf({ shape }: InputSignature): number[] {
  return shape.map((size, axis) => size ?? (axis === 0 ? 1 : 10))
}

/** Values between -1 and 1, small integers or words: the same for the same input every time. */
export function randomValues(signature: InputSignature, seed = 1): (number | string)[] {
  const count = sizesOf(signature).reduce((product, size) => product * size, 1)
  if (signature.dtype === 'string') return Array<string>(count).fill('text')
  let state = seed >>> 0
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const unit = state / 2 ** 32
    if (signature.dtype === 'bool') return Number(unit < 0.5)
    if (signature.dtype.includes('int')) return Math.floor(unit * 10)
    return Math.round((2 * unit - 1) * 1000) / 1000
  })
}
