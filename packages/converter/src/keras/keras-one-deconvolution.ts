import type { Json, JsonObject } from './python-json.ts'

/**
 * `output_padding` of a transposed convolution that Keras 1 was given an output shape for; undefined when that is the
 * size the layer has anyway. The input's size follows from the output's: of all sizes that one input size can lead to,
 * each leaves another rest.
 */
export function outputPaddingOf(
  outputShape: Json | undefined,
  { kernel_size: kernel, strides, padding, data_format: format }: JsonObject,
): number[] | undefined {
  if (!isSizes(kernel) || !isSizes(strides) || !Array.isArray(outputShape)) return undefined
  const spatial = format === 'channels_first' ? outputShape.slice(2) : outputShape.slice(1, -1)
  if (!isSizes(spatial) || spatial.length !== kernel.length) return undefined
  const amounts = spatial.map((size, axis) => {
    const width = kernel[axis] as number
    const stride = strides[axis] as number
    if (padding !== 'same')
      return { amount: modulo(size - width, stride), usual: Math.max(0, stride - width) }
    return { amount: modulo(size - 1, stride) + 1 - (width % 2), usual: stride - (width % 2) }
  })
  return amounts.every(({ amount, usual }) => amount === usual)
    ? undefined
    : amounts.map(({ amount }) => amount)
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}

function isSizes(json: Json | undefined): json is number[] {
  return Array.isArray(json) && json.every((size) => Number.isSafeInteger(size) && Number(size) > 0)
}
