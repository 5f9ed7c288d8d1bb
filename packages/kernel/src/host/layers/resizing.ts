import { cast } from '../../lower/cast.ts'
import { withTensors } from '../../lower/call.ts'
import { onlyTensor, unsupported, type Lowering, type Value } from '../../lower/context.ts'
import { centerCropLayer, resizingLayer, type CenterCropSettings } from '../../lower/resizing.ts'
import { stepsOf, strided } from '../../lower/strided.ts'
import { upSamplingLayer, type PreparedUpSampling } from '../../lower/up-sampling.ts'
import { upSamplingLayer as repeating } from './convolution.ts'

/** A layer that Keras computes in float32 whatever its policy says, for tf.image.resize gives that: cast before and after. */
const inSingle = <Prepared>({ prepare, lower }: Lowering<Prepared>): Lowering<Prepared> => ({
  prepare,
  lower: (context, prepared, call, layer) => {
    const single = withTensors(call, (x) => cast(context, x, 'float32'))
    return lower(context, prepared, single, layer).map((y) => cast(context, y, 'float64'))
  },
})

const cropped = inSingle(centerCropLayer)
const interpolated = inSingle(upSamplingLayer)

export const resizingDouble: Lowering<unknown> = inSingle(resizingLayer) as Lowering<unknown>

/** CenterCrop in float64: cut out where the image is large enough, resized where it is not. */
export const centerCropDouble: Lowering<CenterCropSettings> = {
  prepare: cropped.prepare,
  lower(context, prepared, call, layer) {
    const x = onlyTensor(call, layer)
    const rank = x.shape.length
    const first = prepared.channelsFirst ? rank - 2 : rank - 3
    const sizes = prepared.size
    const fits = sizes.every((size, i) => (x.shape[first + i] as number) >= size)
    if (!fits) return cropped.lower(context, prepared, call, layer)
    const steps = stepsOf(x.shape)
    const lengths = x.shape.map((length, axis) => sizes[axis - first] ?? length)
    const offset = lengths.reduce((sum, length, axis) => {
      const start = Math.floor(((x.shape[axis] as number) - length) / 2)
      return sum + start * (steps[axis] as number)
    }, 0)
    return [strided(context, x, { offset, lengths, steps })]
  },
}

/** UpSampling in float64: repeating elements, or interpolated as Keras does. */
export const upSamplingDouble: Lowering<PreparedUpSampling> = {
  prepare: interpolated.prepare,
  lower(context, prepared, call, layer): Value[] {
    if (layer.kind !== 'upSampling') throw unsupported(layer, 'layer', layer.className)
    const { interpolation } = layer.upSampling
    return interpolation === 'nearest' || interpolation === ''
      ? repeating.lower(context, undefined, call, layer)
      : interpolated.lower(context, prepared, call, layer)
  },
}
