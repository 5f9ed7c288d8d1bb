import { onlyTensor, unsupported, type Lowering } from './context.ts'
import { resampled, resizeImages } from './resize.ts'
import { checkSizes, isChannelsFirst, planesOf } from './spatial.ts'
import { takeAxes } from './take.ts'

export interface PreparedUpSampling {
  readonly rank: number
  readonly channelsFirst: boolean
  readonly size: readonly number[]
  readonly interpolation: string
}

/** UpSampling1D to 3D: every position repeated, or in 2D interpolated. */
export const upSamplingLayer: Lowering<PreparedUpSampling> = {
  keepsIntegers: true,
  prepare(layer) {
    if (layer.kind !== 'upSampling') throw unsupported(layer, 'layer', layer.className)
    const { rank, size, interpolation } = layer.upSampling
    checkSizes(layer, rank, { size })
    const method = interpolation === '' ? 'nearest' : interpolation
    if (method !== 'nearest' && (rank !== 2 || !resampled(method)))
      throw unsupported(layer, 'interpolation', method)
    const channelsFirst = isChannelsFirst(layer, rank, layer.upSampling.dataFormat)
    return { rank, channelsFirst, size, interpolation: method }
  },
  lower(context, { rank, channelsFirst, size, interpolation }, call, layer) {
    const x = onlyTensor(call, layer)
    const from = planesOf(layer, x, rank, channelsFirst).size.slice(3 - rank)
    const to = from.map((length, i) => length * (size[i] as number))
    if (interpolation !== 'nearest') {
      return [
        resizeImages(context, layer, x, channelsFirst, to, { interpolation, antialias: false }),
      ]
    }
    const indices = to.map((length, i) =>
      Array.from({ length }, (_, at) => Math.floor(at / (size[i] as number))),
    )
    return [takeAxes(context, layer, x, rank, channelsFirst, indices)]
  },
}
