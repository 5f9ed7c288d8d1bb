import type { Picture } from './protocol.ts'

/** Largest side of a picture, in values. */
const largestSide = 256

/**
 * A kernel as a picture: a matrix as it is; convolution kernels (height, width, channels, filters) as tiles, one a filter,
 * the channels averaged. Undefined for vectors.
 */
export function kernelPicture(
  values: ArrayLike<number>,
  shape: readonly number[],
): Picture | undefined {
  if (shape.length < 2) return undefined
  if (shape.length === 4) return tiles(values, shape)
  const width = shape.at(-1) ?? 1
  const height = Math.floor(values.length / width)
  return matrix(values, height, width)
}

/** An output as a picture: the first sample, its channels averaged where there are not just 1. Undefined for vectors. */
export function mapPicture(
  values: ArrayLike<number>,
  shape: readonly number[],
): Picture | undefined {
  const [, ...rest] = shape
  if (rest.length === 2) return matrix(values, rest[0] ?? 0, rest[1] ?? 0)
  if (rest.length !== 3) return undefined
  const [height = 0, width = 0, channels = 1] = rest
  const means = new Float32Array(height * width)
  for (let i = 0; i < means.length; i++) {
    let sum = 0
    for (let c = 0; c < channels; c++) sum += values[i * channels + c] as number
    means[i] = sum / channels
  }
  return matrix(means, height, width)
}

function matrix(values: ArrayLike<number>, rows: number, columns: number): Picture | undefined {
  if (rows < 1 || columns < 2) return undefined
  const step = Math.ceil(Math.max(rows, columns) / largestSide)
  const [height, width] = [Math.ceil(rows / step), Math.ceil(columns / step)]
  const picked = new Float32Array(height * width)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      picked[y * width + x] = values[y * step * columns + x * step] as number
  return normalised(picked, width, height)
}

function tiles(values: ArrayLike<number>, shape: readonly number[]): Picture {
  const [rows = 1, columns = 1, channels = 1, filters = 1] = shape
  const shown = Math.min(filters, 256)
  const across = Math.ceil(Math.sqrt(shown))
  const [cellWidth, cellHeight] = [columns + 1, rows + 1]
  const [width, height] = [across * cellWidth - 1, Math.ceil(shown / across) * cellHeight - 1]
  const picked = new Float32Array(width * height)
  for (let f = 0; f < shown; f++) {
    const [left, top] = [(f % across) * cellWidth, Math.floor(f / across) * cellHeight]
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        let sum = 0
        for (let c = 0; c < channels; c++)
          sum += values[((y * columns + x) * channels + c) * filters + f] as number
        picked[(top + y) * width + left + x] = sum / channels
      }
    }
  }
  return normalised(picked, width, height)
}

function normalised(values: Float32Array, width: number, height: number): Picture {
  let [min, max] = [0, 0]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < min) min = value
    if (value > max) max = value
  }
  const largest = Math.max(-min, max) || 1
  return { width, height, values: values.map((value) => value / largest), signed: min < 0 }
}
