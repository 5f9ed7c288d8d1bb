import { elementCount, type Layer } from '@dotplus/core'
import { takeWords, writeTake, type AxisIndices } from '../program-spatial.ts'
import type { LowerContext, Value } from './context.ts'
import { planesOf, resized } from './spatial.ts'

/**
 * y[…, i, j, k, …] = x[…, depth[i], height[j], width[k], …] along the spatial dimensions, one list of indices for each;
 * where an index is −1, `fill`.
 */
export function takeAxes(
  context: LowerContext,
  layer: Layer,
  x: Value,
  rank: number,
  channelsFirst: boolean,
  indices: readonly AxisIndices[],
  fill = 0,
): Value {
  const images = planesOf(layer, x, rank, channelsFirst)
  const size = indices.map(({ length }) => length)
  const unchanged = indices.every(
    (list, i) => list.length === images.size.at(i - rank) && list.every((from, to) => from === to),
  )
  if (unchanged) return x
  const y = context.value(resized(x, rank, channelsFirst, size))
  if (elementCount(y.shape) === 0) return y
  const missing = Array.from({ length: 3 - rank }, () => [0])
  const all = [...missing, ...indices] as unknown as [AxisIndices, AxisIndices, AxisIndices]
  const table = context.constant(takeWords(images.size, all))
  const { channels } = images
  const rows = images.batch * all[0].length * all[1].length
  const read = { buffer: x.buffer, rowBytes: 0 }
  const write = context.operand(y, all[2].length * channels)
  context.push({
    kind: 'take',
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: false,
    splittable: true,
    emit: (program, index, place) =>
      writeTake(program, index, {
        rows,
        channels,
        fill,
        x: place.address(read),
        y: place.address(write),
        yAdvance: place.advance(write),
        indices: place.constant(table),
      }),
  })
  return y
}

/** `length` positions from `first` on; −1 outside 0 to `limit`. */
export function positions(first: number, length: number, limit: number): AxisIndices {
  return Array.from({ length }, (_, i) => {
    const at = first + i
    return at < 0 || at >= limit ? -1 : at
  })
}
