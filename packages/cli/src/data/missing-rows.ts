import type { NamedTensor } from '@dotplus/inspect'

/**
 * An output with rows put in at these places, ascending, counted in the result: NaN in floats, 0 in integers, empty
 * text in strings.
 */
export function withMissingRows(output: NamedTensor, missing: readonly number[]): NamedTensor {
  const { data, shape } = output
  const [rows = 0, ...rowShape] = shape
  if (missing.length === 0 || shape.length === 0) return output
  const width = rowShape.reduce((product, size) => product * size, 1)
  const total = rows + missing.length
  const holes = new Set(missing)
  if (Array.isArray(data)) {
    const texts: string[] = []
    for (let row = 0, from = 0; row < total; row++)
      for (let i = 0; i < width; i++) texts.push(holes.has(row) ? '' : (data[from++] as string))
    return { ...output, data: texts, shape: [total, ...rowShape] }
  }
  const filled = new (data.constructor as Float32ArrayConstructor)(total * width)
  if (output.dtype.includes('float')) filled.fill(NaN)
  const numbers = data as Float32Array
  for (let row = 0, from = 0; row < total; row++) {
    if (holes.has(row)) continue
    filled.set(numbers.subarray(from, from + width), row * width)
    from += width
  }
  return { ...output, data: filled, shape: [total, ...rowShape] }
}
