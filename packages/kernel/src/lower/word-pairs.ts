import { elementCount } from '@dotplus/core'

import { writeCopy } from '../program.ts'
import type { ElementType, LowerContext, Value } from './context.ts'

/** Low and high words of 8-byte elements. */
export function splitWords(context: LowerContext, x: Value): [low: Value, high: Value] {
  return [0, 1].map((half) => {
    const y = context.value(x.shape)
    copyWords(context, x, y, { from: half, fromStride: 2, to: 0, toStride: 1 })
    return y
  }) as [Value, Value]
}

/** The elements of which these are low and high words. */
export function joinWords(
  context: LowerContext,
  low: Value,
  high: Value,
  dtype: ElementType,
): Value {
  const y = context.value(low.shape, dtype)
  for (const [half, words] of [low, high].entries())
    copyWords(context, words, y, { from: 0, fromStride: 1, to: half, toStride: 2 })
  return y
}

function copyWords(
  context: LowerContext,
  x: Value,
  y: Value,
  words: { from: number; fromStride: number; to: number; toStride: number },
): void {
  const rows = elementCount(y.shape)
  if (rows === 0) return
  const [read, write] = [context.operand(x, 1), context.operand(y, 1)]
  context.push({
    kind: 'copy',
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: false,
    emit: (program, index, place) =>
      writeCopy(program, index, {
        rows,
        widthBytes: 4,
        x: place.address(read) + words.from * 4,
        xStride: words.fromStride * 4,
        y: place.address(write) + words.to * 4,
        yStride: words.toStride * 4,
      }),
  })
}
