import { elementCount, ModelError, type Layer, type Scan } from '@dotplus/core'

import { linear } from '../program.ts'
import { recurrentSettings, wideScratchFloats, writeRecurrent } from '../sequence-records.ts'
import { cast } from './cast.ts'
import {
  unsupported,
  type CallArguments,
  type LowerContext,
  type Lowering,
  type Value,
} from './context.ts'
import {
  biasOf,
  checkChannels,
  placeWindows,
  pushConv,
  weightOf,
  windowsOf,
  type Windows,
} from './convolution.ts'
import { checkMask } from './masking.ts'
import { transpose } from './permute.ts'
import { broadcastTo } from './broadcast.ts'
import { cellActivation, statesOf } from './recurrent.ts'
import { takeBlocks } from './recurrent-weights.ts'
import {
  checkPadding,
  checkSizes,
  fromImages,
  imagesOf,
  isChannelsFirst,
  tripleOf,
} from './spatial.ts'

interface PreparedConvRecurrent {
  readonly rank: number
  readonly filters: number
  readonly channels: number
  readonly channelsFirst: boolean
  readonly scan: Scan
  readonly input: Windows
  /** Convolution of the state: stride 1, "same". */
  readonly own: Windows
  /** Addresses of the packed kernels and of the activations. */
  readonly kernel: number
  readonly recurrentKernel: number
  readonly settings: number
}

/** Elements of an image's state up to which its gates are taken in float64. */
const wideStates = 4096

/** Keras's gates i, f, c, o as the kernel has them: i, f, o, c. */
const gateOrder = [0, 1, 3, 2]

/**
 * ConvLSTM1D to 3D: x (batch, steps, spatial…, channels) → (batch, spatial…, filters), or with every step's output; then
 * the states with `return_state`. The inputs of all steps are convolved at once, the state step by step.
 */
export const convRecurrentLayer: Lowering<PreparedConvRecurrent> = {
  prepare(layer, weights) {
    if (layer.kind !== 'convRecurrent') throw unsupported(layer, 'layer', layer.className)
    const settings = layer.convRecurrent
    const { rank, filters, kernelSize, strides, dilationRate, padding, scan } = settings
    const channelsFirst = isChannelsFirst(layer, rank, settings.dataFormat)
    checkSizes(layer, rank, { kernelSize, strides, dilationRate })
    checkPadding(layer, padding, ['valid', 'same'])
    if (!scan) throw new ModelError('the layer does not say how it walks', { layer: layer.name })
    if (scan.timeMajor) throw unsupported(layer, 'setting', 'time_major')
    const units = 4 * filters
    const given = weightOf(layer, weights, 'kernel', settings.kernel, [
      ...kernelSize,
      undefined,
      units,
    ])
    const own = weightOf(layer, weights, 'recurrent kernel', settings.recurrentKernel, [
      ...kernelSize,
      filters,
      units,
    ])
    const bias = biasOf(layer, weights, settings.bias, units)
    const pack = (data: Float32Array, offset: Float32Array | undefined) =>
      weights.packDense(
        takeBlocks(data, filters, 4, gateOrder),
        offset && takeBlocks(offset, filters, 4, gateOrder),
        data.length / units,
        units,
      )
    const ones = Array<number>(rank).fill(1)
    return {
      rank,
      filters,
      channels: given.shape[rank] as number,
      channelsFirst,
      scan,
      input: windowsOf({ kernelSize, strides, dilationRate, padding }),
      own: windowsOf({ kernelSize, strides: ones, dilationRate: ones, padding: 'same' }),
      kernel: pack(given.data, bias),
      recurrentKernel: pack(own.data, undefined),
      settings: weights.place(
        recurrentSettings(
          cellActivation(layer, settings.activation),
          cellActivation(layer, settings.recurrentActivation),
          0,
        ),
      ),
    }
  },
  lower(context, prepared, call, layer) {
    const { rank, filters, channelsFirst, scan } = prepared
    const [x, ...given] = call.tensors
    const others = call.operands.slice(1).filter(({ name }) => name !== 'initial_state')
    if (!x || x.shape.length !== rank + 3 || others.length > 0 || x.shape[1] === 0) {
      throw new ModelError(`input of ${layer.className}`, {
        layer: layer.name,
        expected: `(batch, steps, …) of ${rank + 3} dimensions`,
        got: others.length > 0 ? `argument ${others[0]?.name}` : `(${x?.shape.join(', ')})`,
      })
    }
    const [batch, steps, ...rest] = x.shape as [number, number, ...number[]]
    const folded = context.view(x, [batch * steps, ...rest])
    const images = imagesOf(context, layer, folded, rank, channelsFirst)
    checkChannels(layer, images, prepared.channels)
    const windows = { ...prepared.input, ...placeWindows(layer, prepared.input, images.size) }
    const size = windows.out.slice(3 - rank)
    const pixels = elementCount(size)
    const projected = context.value([batch * steps, ...size, 4 * filters])
    const group = { weights: prepared.kernel, xChannel: 0, yChannel: 0 }
    pushConv(context, images, projected, windows, images.channels, {
      units: 4 * filters,
      group,
      activation: linear,
    })
    const initial = given.map((state) => imagesOf(context, layer, state, rank, channelsFirst).value)
    const shape = [batch, ...size, filters]
    const states = statesOf(context, layer, scan, [shape, shape], initial, 0)
    if (initial.length > 0 && initial.length !== 2) {
      throw new ModelError('number of initial states', {
        layer: layer.name,
        expected: '2',
        got: `${initial.length}`,
      })
    }
    // Steps come first, so that all a step takes and gives lies together.
    const byStep = transpose(
      context,
      layer,
      context.view(projected, [batch, steps, pixels * 4 * filters]),
      [1, 0, 2],
    )
    const mask = stepMask(context, layer, call, batch, steps, pixels)
    const zeroMasked = call.zeroMasked ?? scan.zeroOutputForMask
    const pair = states as [Value, Value]
    const y = runSteps(context, layer, prepared, byStep, pair, mask, steps, zeroMasked)
    const outward = (value: Value) => fromImages(context, layer, value, channelsFirst)
    const returned = scan.returnState ? states.map(outward) : []
    if (!scan.returnSequences) return [outward(y), ...returned]
    const ordered = transpose(context, layer, y, [1, 0, 2])
    const sequence = outward(context.view(ordered, [batch * steps, ...size, filters]))
    return [context.view(sequence, [batch, steps, ...sequence.shape.slice(1)]), ...returned]
  },
}

/** The mask (batch, steps) as (steps, batch, pixels). */
function stepMask(
  context: LowerContext,
  layer: Layer,
  call: CallArguments,
  batch: number,
  steps: number,
  pixels: number,
): Value | undefined {
  const [given] = call.masks
  if (!given) return undefined
  checkMask(layer, given, [batch, steps])
  const turned = transpose(context, layer, cast(context, given, 'bool'), [1, 0])
  const shape = [steps, batch, pixels]
  return broadcastTo(context, layer, context.view(turned, [steps, batch, 1]), shape)
}

/** Every step: the state's convolution, then gates and states. Returns (steps, batch, …) or (batch, spatial…, filters). */
function runSteps(
  context: LowerContext,
  layer: Layer,
  prepared: PreparedConvRecurrent,
  x: Value,
  [h, c]: readonly [Value, Value],
  mask: Value | undefined,
  steps: number,
  zeroMasked: boolean,
): Value {
  const { filters, scan, rank, own } = prepared
  const [batch = 0, ...rest] = h.shape
  const size = rest.slice(0, -1)
  const rows = batch * elementCount(size)
  const sequences = scan.returnSequences
  const y = context.value(sequences ? [steps, batch, elementCount(rest)] : h.shape)
  if (rows * filters === 0) return y
  const windows = { ...own, ...placeWindows(layer, own, tripleOf(size, 1)) }
  const images = { value: h, batch, size: tripleOf(size, 1), channels: filters }
  const group = { weights: prepared.recurrentKernel, xChannel: 0, yChannel: 0 }
  const whole = (value: Value) => ({ buffer: value.buffer, rowBytes: 0 })
  const [read, write, state, carry] = [whole(x), whole(y), whole(h), whole(c)]
  const skipped = mask && whole(mask)
  const wide =
    (rows / batch) * filters <= wideStates
      ? whole(context.value([wideScratchFloats(1, 4, filters)]))
      : undefined
  for (let step = 0; step < steps; step++) {
    const from = scan.goBackwards ? steps - 1 - step : step
    const product = context.value([batch, ...size, 4 * filters])
    pushConv(context, images, product, windows, filters, {
      units: 4 * filters,
      group,
      activation: linear,
    })
    const scratch = whole(product)
    context.push({
      kind: `conv_lstm${rank}d`,
      rows,
      reads: [read, scratch, state, carry, ...(skipped ? [skipped] : [])],
      writes: [write, state, carry, scratch, ...(wide ? [wide] : [])],
      inPlace: false,
      tileable: false,
      emit: (program, index, place) =>
        writeRecurrent(program, index, {
          cell: 'lstm',
          rows,
          steps: 1,
          units: filters,
          x: place.address(read) + from * rows * 4 * filters * 4,
          weights: 0,
          settings: prepared.settings,
          h: place.address(state),
          c: place.address(carry),
          y: place.address(write) + (sequences ? step * rows * filters * 4 : 0),
          mask: skipped ? place.address(skipped) + from * rows * 4 : 0,
          scratch: place.address(scratch),
          wide: wide && place.address(wide),
          flags: {
            sequences,
            timeMajor: true,
            zeroMasked,
            productGiven: true,
            continued: step > 0,
          },
        }),
    })
  }
  return y
}
