import { isFloating } from '../dtype/element-type.ts'
import { cast } from './cast.ts'
import { computeDtypeOf } from './compute-dtype.ts'
import { onlyTensor, unsupported, type Lowering } from './context.ts'
import { encode } from './encoding.ts'
import { hostOp } from './host-op.ts'

interface Prepared {
  readonly boundaries: Float32Array
  readonly mode: string
  readonly wide: boolean
}

/** Number of boundaries up to a value, which NaN is beyond of. */
function bucketOf(boundaries: Float32Array, value: number): number {
  let low = 0
  let high = boundaries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value < (boundaries[middle] as number)) high = middle
    else low = middle + 1
  }
  return low
}

/** Which of the ranges between boundaries, which are float32, an element is in. Integers are compared as float32. */
export const discretizationLayer: Lowering<Prepared> = {
  anyDtype: true,
  prepare(layer, weights) {
    if (layer.kind !== 'discretization') throw unsupported(layer, 'layer', layer.className)
    const { binBoundaries, outputMode, sparse, wide } = layer.discretization
    if (sparse) throw unsupported(layer, 'a sparse output', 'sparse: true')
    const boundaries = binBoundaries === undefined ? undefined : weights.floats(binBoundaries)
    return { boundaries: boundaries?.slice() ?? new Float32Array(0), mode: outputMode, wide }
  },
  lower(context, { boundaries, mode, wide }, call, layer) {
    const x = onlyTensor(call, layer)
    const round = isFloating(x.dtype) ? Number : Math.fround
    const results = [{ shape: x.shape, dtype: 'int32' as const }]
    const [indices = x] = hostOp(context, 'discretize', [x], results, ([from], [to]) => {
      const y = to as Int32Array
      for (let i = 0; i < y.length; i++) y[i] = bucketOf(boundaries, round(Number(from?.[i])))
    })
    if (mode === 'int') return [wide ? cast(context, indices, 'int64') : indices]
    const depth = boundaries.length + 1
    return [encode(context, layer, indices, { mode, depth, dtype: computeDtypeOf(layer) })]
  },
}
