import type { Layer } from '@dotplus/core'

import { writeCopy } from '../program.ts'
import type { LowerContext, Value } from './context.ts'
import { concatenate } from './merge.ts'

/**
 * The last `count` steps of the stream so far before x (batch, steps, …): (batch, count + steps, …). Zeros at first. Only
 * for the layer that `Stream.lowerCall` is lowering.
 */
export function withHistory(context: LowerContext, layer: Layer, x: Value, count: number): Value {
  const key = context.stream?.key
  if (key === undefined || count === 0) return x
  const [batch = 0, steps = 0, ...rest] = x.shape
  const inner = rest.reduce((product, size) => product * size, 1)
  const before = context.value([batch, count, ...rest])
  const joined = concatenate(context, layer, [before, x], 1)
  const after = context.value(before.shape)
  if (batch * inner > 0) {
    const read = { ...context.operand(joined, (count + steps) * inner) }
    const write = context.operand(after, count * inner)
    context.push({
      kind: 'history',
      rows: batch,
      reads: [read],
      writes: [write],
      inPlace: false,
      tileable: false,
      emit: (program, index, place) =>
        writeCopy(program, index, {
          rows: batch,
          widthBytes: count * inner * 4,
          x: place.address(read) + steps * inner * 4,
          xStride: (count + steps) * inner * 4,
          y: place.address(write),
          yStride: count * inner * 4,
        }),
    })
  }
  context.states.set(key, { key, before, after })
  return joined
}
