import { elementCount, ModelError } from '@dotplus/core'

import { cast } from '../../lower/cast.ts'
import { unsupported, type Lowering, type Value } from '../../lower/context.ts'
import { checkMask } from '../../lower/masking.ts'
import { asGiven, channelsLast, convolve, perAxis } from '../convolution.ts'
import { numericOp, type Numbers } from '../numeric.ts'
import { withBias } from './dense.ts'
import { gateFunction, keptStates } from './sequence.ts'
import { doubleValue, placeDoubles, type DoubleWeights } from './weights.ts'

/** ConvLSTM1D to 3D in float64: the inputs of all steps are convolved at once, the state step by step. */
export const convRecurrentLayer: Lowering<DoubleWeights> = {
  prepare(layer, weights) {
    if (layer.kind !== 'convRecurrent' || !layer.convRecurrent.scan)
      throw unsupported(layer, 'layer', layer.className)
    return placeDoubles(layer, weights, ['kernel', 'recurrentKernel', 'bias'])
  },
  lower(context, weights, call, layer) {
    if (layer.kind !== 'convRecurrent' || !layer.convRecurrent.scan)
      throw unsupported(layer, 'layer', layer.className)
    const { rank, filters, strides, dilationRate, padding, dataFormat, scan, ...functions } =
      layer.convRecurrent
    const [kernel, recurrent] = ['kernel', 'recurrentKernel'].map((name) =>
      doubleValue(context, weights[name]),
    )
    const [x, ...initial] = call.tensors
    if (!x || !kernel || !recurrent || x.shape.length !== rank + 3 || x.shape[1] === 0) {
      throw new ModelError(`input of ${layer.className}`, {
        layer: layer.name,
        expected: `(batch, steps, …) of ${rank + 3} dimensions`,
        got: `(${x?.shape.join(', ')})`,
      })
    }
    const [batch, steps, ...rest] = x.shape as [number, number, ...number[]]
    const folded = context.view(x, [batch * steps, ...rest])
    const images = channelsLast(context, layer, folded, dataFormat)
    const sums = convolve(context, layer, images, kernel, {
      strides: perAxis(strides, rank),
      dilations: perAxis(dilationRate, rank),
      padding,
    })
    const projected = withBias(context, layer, sums, doubleValue(context, weights['bias']))
    const shape = [batch, ...projected.shape.slice(1, -1), filters]
    const kept = keptStates(context, layer, scan, [shape, shape])
    const zeros = (): Value =>
      numericOp(context, 'zeros', [], [{ shape, dtype: 'float64' }], (_, [y]) => {
        for (let i = 0; i < y!.length; i++) y![i] = 0
      })[0] as Value
    const given = initial.map((state) => channelsLast(context, layer, state, dataFormat))
    if (given.length !== 0 && given.length !== 2)
      throw new ModelError('number of initial states', {
        layer: layer.name,
        expected: '2',
        got: `${given.length}`,
      })
    const begun = given.length > 0 ? given : kept.before
    const [mask] = call.masks
    if (mask) checkMask(layer, mask, [batch, steps])
    const bits = mask ? [cast(context, mask, 'bool')] : []
    const zeroMasked = call.zeroMasked ?? scan.zeroOutputForMask
    const activation = gateFunction(functions.activation, 'tanh')
    const gate = gateFunction(functions.recurrentActivation, 'sigmoid')
    const ones = Array<number>(rank).fill(1)
    const windows = { strides: ones, dilations: ones, padding: 'same' }
    const pixels = elementCount(shape.slice(1, -1))
    const image = pixels * filters
    const results = [shape, shape, shape].map((each) => ({
      shape: each,
      dtype: 'float64' as const,
    }))
    // What a skipped step repeats: nothing at first, in a stream what the steps before gave.
    let y = context.stream?.key === undefined ? zeros() : (begun[0] ?? zeros())
    let [h, c] = [begun[0] ?? zeros(), begun[1] ?? zeros()]
    const outputs: Value[] = []
    for (let step = 0; step < steps; step++) {
      const from = scan.goBackwards ? steps - 1 - step : step
      const own = convolve(context, layer, h, recurrent, windows)
      const inputs = [projected, own, h, c, y, ...bits]
      ;[y, h, c] = numericOp(context, 'conv_lstm', inputs, results, (elements, to, f) => {
        const [a, z, before, carry, last, m] = elements as [Numbers, ...Numbers[]]
        const [out, hidden, cell] = to as [Numbers, Numbers, Numbers]
        for (let b = 0; b < batch; b++) {
          const at = b * image
          if (m?.[b * steps + from] === 0) {
            out.set(zeroMasked ? new Float64Array(image) : last!.subarray(at, at + image), at)
            hidden.set(before!.subarray(at, at + image), at)
            cell.set(carry!.subarray(at, at + image), at)
            continue
          }
          for (let pixel = 0; pixel < pixels; pixel++) {
            const x0 = ((b * steps + from) * pixels + pixel) * 4 * filters
            const z0 = (b * pixels + pixel) * 4 * filters
            const part = (k: number): Float64Array =>
              Float64Array.from(
                { length: filters },
                (_, i) => a[x0 + k * filters + i]! + z![z0 + k * filters + i]!,
              )
            const [i, forget, o] = [gate(part(0), f), gate(part(1), f), gate(part(3), f)]
            const candidate = activation(part(2), f)
            const to0 = at + pixel * filters
            const next = candidate.map((e, k) => forget[k]! * carry![to0 + k]! + i[k]! * e)
            cell.set(next, to0)
            const state = activation(next, f).map((e, k) => o[k]! * e)
            hidden.set(state, to0)
            out.set(state, to0)
          }
        }
      }) as [Value, Value, Value]
      outputs.push(y)
    }
    kept.keep([h, c])
    const outward = (value: Value): Value => asGiven(context, layer, value, dataFormat)
    const states = scan.returnState ? [outward(h), outward(c)] : []
    if (!scan.returnSequences) return [outward(y), ...states]
    const all = { shape: [batch, steps, ...shape.slice(1)], dtype: 'float64' as const }
    const sequence = numericOp(context, 'stack', outputs, [all], (elements, [to]) => {
      for (const [step, each] of elements.entries())
        for (let b = 0; b < batch; b++)
          (to as Numbers).set(each.subarray(b * image, (b + 1) * image), (b * steps + step) * image)
    })[0] as Value
    const turned = outward(context.view(sequence, [batch * steps, ...shape.slice(1)]))
    return [context.view(turned, [batch, steps, ...turned.shape.slice(1)]), ...states]
  },
}
