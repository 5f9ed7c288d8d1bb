import { ModelError, type Layer } from '@dotplus/core'

import { hostOp } from './host-op.ts'
import type { LowerContext, Value } from './context.ts'

/** Settings of ContrastLimitedAdaptiveHistogramEqualization. */
export interface ClaheSettings {
  readonly clipLimit: number
  /** Tiles along height and width. */
  readonly grid: readonly [rows: number, columns: number]
}

const levels = 256
const { fround } = Math

/** A pixel's level; NaN is that of 0, as its cast to an integer is the least one. */
function levelOf(value: number): number {
  return value > 0 ? Math.min(Math.trunc(value), levels - 1) : 0
}

/**
 * How a tile's levels are mapped: its cumulated histogram, cut at the limit with the rest spread over all levels, scaled
 * to 255. Every step rounds to float32, as Keras's do.
 */
function mapping(counts: Float32Array, pixels: number, clipLimit: number): void {
  if (clipLimit > 0) {
    const limit = fround((clipLimit * pixels) / levels)
    let excess = 0
    for (let i = 0; i < levels; i++)
      excess = fround(excess + fround((counts[i] as number) - Math.min(counts[i] as number, limit)))
    const share = fround(excess / levels)
    for (let i = 0; i < levels; i++) counts[i] = Math.min(counts[i] as number, limit) + share
  }
  let sum = 0
  for (let i = 0; i < levels; i++) {
    sum = fround(sum + (counts[i] as number))
    counts[i] = sum
  }
  const least = counts[0] as number
  const span = fround(pixels - least) || 1
  for (let i = 0; i < levels; i++) {
    const scaled = fround(fround(fround((counts[i] as number) - least) * 255) / span)
    counts[i] = Math.min(Math.max(scaled, 0), 255)
  }
}

/** The two tiles whose centers a pixel lies between, and how near it is to the second. */
interface Between {
  readonly first: number
  readonly second: number
  readonly weight: number
}

/** Along one dimension of `tiles` tiles of `size` pixels; at the ends both are the same tile. */
function betweenTiles(size: number, tiles: number): Between[] {
  const clip = (tile: number): number => Math.min(Math.max(tile - 1, 0), tiles - 1)
  return Array.from({ length: size * tiles }, (_, pixel) => {
    const at = fround(fround(fround(pixel - size / 2) / size) + 1)
    const first = Math.floor(at)
    return { first: clip(first), second: clip(first + 1), weight: fround(at - first) }
  })
}

/** Images (batch, height, width, channels) of 0 to 255, equalized tile by tile and blended between the tiles. */
export function clahe(
  context: LowerContext,
  layer: Layer,
  { clipLimit, grid }: ClaheSettings,
  x: Value,
): Value {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const [rows, columns] = grid
  const tileHeight = Math.ceil(height / rows)
  const tileWidth = Math.ceil(width / columns)
  if (tileHeight * rows - height > height || tileWidth * columns - width > width) {
    throw new ModelError('images too small for their tiles', {
      layer: layer.name,
      expected: `at least half as many pixels as the ${rows} x ${columns} tiles have`,
      got: `${height} x ${width}`,
    })
  }
  const results = [{ shape: x.shape, dtype: 'float32' as const }]
  return hostOp(context, 'clahe', [x], results, ([images], [to]) => {
    const [from, y] = [images as Float32Array, to as Float32Array]
    const down = betweenTiles(tileHeight, rows)
    const across = betweenTiles(tileWidth, columns)
    // Beyond the last pixel an image is its own mirror.
    const mirrored = (at: number, size: number): number => (at < size ? at : 2 * size - 1 - at)
    const maps = new Float32Array(rows * columns * levels) // (tiles, levels)
    for (let image = 0; image < batch; image++) {
      for (let channel = 0; channel < channels; channel++) {
        const pixel = (row: number, column: number): number =>
          ((image * height + row) * width + column) * channels + channel
        maps.fill(0)
        for (let row = 0; row < tileHeight * rows; row++) {
          for (let column = 0; column < tileWidth * columns; column++) {
            const tile = Math.floor(row / tileHeight) * columns + Math.floor(column / tileWidth)
            const at = pixel(mirrored(row, height), mirrored(column, width))
            const level = tile * levels + levelOf(from[at] as number)
            maps[level] = (maps[level] as number) + 1
          }
        }
        for (let tile = 0; tile < rows * columns; tile++) {
          const counts = maps.subarray(tile * levels, (tile + 1) * levels)
          mapping(counts, tileHeight * tileWidth, clipLimit)
        }
        for (let row = 0; row < height; row++) {
          for (let column = 0; column < width; column++) {
            const at = pixel(row, column)
            const level = levelOf(from[at] as number)
            const [v, h] = [down[row] as Between, across[column] as Between]
            const mapped = (tileRow: number, tileColumn: number): number =>
              maps[(tileRow * columns + tileColumn) * levels + level] as number
            const top = blend(mapped(v.first, h.first), mapped(v.first, h.second), h.weight)
            const bottom = blend(mapped(v.second, h.first), mapped(v.second, h.second), h.weight)
            y[at] = blend(top, bottom, v.weight)
          }
        }
      }
    }
  })[0] as Value
}

function blend(a: number, b: number, weight: number): number {
  return fround(fround(a * fround(1 - weight)) + fround(b * weight))
}
