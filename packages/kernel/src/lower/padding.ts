import { ModelError, type Layer } from '@dotplus/core'
import { onlyTensor, unsupported, type Lowering } from './context.ts'
import { isChannelsFirst, planesOf } from './spatial.ts'
import { positions, takeAxes } from './take.ts'

interface Amounts {
  readonly rank: number
  readonly channelsFirst: boolean
  /** Before and after each spatial dimension. */
  readonly amounts: readonly number[]
}

function prepareAmounts(
  layer: Layer,
  settings: { rank: number; amounts: number[]; dataFormat: string },
): Amounts {
  const { rank, amounts } = settings
  const channelsFirst = isChannelsFirst(layer, rank, settings.dataFormat)
  if (
    amounts.length !== 2 * rank ||
    amounts.some((amount) => !Number.isSafeInteger(amount) || amount < 0)
  ) {
    throw new ModelError(`amounts of ${layer.className}`, {
      layer: layer.name,
      expected: `${2 * rank} numbers from 0 up`,
      got: `(${amounts.join(', ')})`,
    })
  }
  return { rank, channelsFirst, amounts }
}

/** ZeroPadding1D to 3D. */
export const zeroPaddingLayer: Lowering<Amounts> = {
  moves: true,
  prepare(layer) {
    if (layer.kind !== 'zeroPadding') throw unsupported(layer, 'layer', layer.className)
    return prepareAmounts(layer, layer.zeroPadding)
  },
  lower: (context, { rank, channelsFirst, amounts }, call, layer) => {
    const x = onlyTensor(call, layer)
    const size = planesOf(layer, x, rank, channelsFirst).size.slice(3 - rank)
    const indices = size.map((length, i) => {
      const [before, after] = amounts.slice(2 * i) as [number, number]
      return positions(-before, before + length + after, length)
    })
    const y = takeAxes(context, layer, x, rank, channelsFirst, indices)
    return [y === x ? x : { ...y, padded: { source: x, amounts, channelsFirst } }]
  },
}

/** Cropping1D to 3D. */
export const croppingLayer: Lowering<Amounts> = {
  moves: true,
  prepare(layer) {
    if (layer.kind !== 'cropping') throw unsupported(layer, 'layer', layer.className)
    return prepareAmounts(layer, layer.cropping)
  },
  lower(context, { rank, channelsFirst, amounts }, call, layer) {
    const x = onlyTensor(call, layer)
    const size = planesOf(layer, x, rank, channelsFirst).size.slice(3 - rank)
    const indices = size.map((length, i) => {
      const [before, after] = amounts.slice(2 * i) as [number, number]
      if (before + after >= length) {
        throw new ModelError(`input of ${layer.className}`, {
          layer: layer.name,
          expected: `more than ${before + after} positions in spatial dimension ${i}`,
          got: `(${x.shape.join(', ')})`,
        })
      }
      return positions(before, length - before - after, length)
    })
    return [takeAxes(context, layer, x, rank, channelsFirst, indices)]
  },
}
