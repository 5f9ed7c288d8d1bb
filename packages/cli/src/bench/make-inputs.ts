import type { InputValue, NumericArray, Signature } from '@dotplus/node'

/** Reproducible numbers in [0, 1). */
function randomNumbers(count: number): Float32Array {
  let state = 1
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) / 2 ** 24
  })
}

/**
 * Inputs of the shapes a model asks for: random floats, zeros for integers (an index that every table has), words for
 * text.
 *
 * @param batch size of the first dimension where it is free
 * @param free size of all other free dimensions
 */
export function makeInputs(
  signatures: readonly Signature[],
  batch: number,
  free: number,
): InputValue[] {
  return signatures.map(({ shape, dtype }) => {
    const sizes = shape.map((size, axis) => size ?? (axis === 0 ? batch : free))
    const count = sizes.reduce((product, size) => product * size, 1)
    return { data: elements(dtype, count), shape: sizes }
  })
}

function elements(dtype: string, count: number): NumericArray | readonly string[] {
  if (dtype === 'string') return Array<string>(count).fill('dotplus')
  return dtype.startsWith('float') || dtype === 'bfloat16'
    ? randomNumbers(count)
    : new Int32Array(count)
}
