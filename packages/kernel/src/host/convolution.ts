import { elementCount, ModelError, type Layer } from '@dotplus/core'

import type { LowerContext, Value } from '../lower/context.ts'
import { transpose } from '../lower/permute.ts'
import { skippedBefore } from '../lower/pooling.ts'
import { stepsOf } from '../lower/strided.ts'
import { walk } from './elementwise.ts'
import { numericOp } from './numeric.ts'

/** How a window moves along each spatial axis. */
export interface Windows {
  readonly size: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly padding: string
}

/** One number for every spatial axis, or one for each. */
export function perAxis(numbers: readonly number[] | undefined, rank: number): number[] {
  const [first = 1] = numbers ?? []
  return numbers?.length === rank ? [...numbers] : Array<number>(rank).fill(first)
}

/** Spatial axes last before the channels, as the computation has them. */
export function channelsLast(
  context: LowerContext,
  layer: Layer,
  x: Value,
  dataFormat: string,
): Value {
  if (dataFormat !== 'channels_first') return x
  const rank = x.shape.length
  return transpose(context, layer, x, [0, ...[...Array(rank).keys()].slice(2), 1])
}

/** What `channelsLast` has moved, back in its place. */
export function asGiven(context: LowerContext, layer: Layer, y: Value, dataFormat: string): Value {
  if (dataFormat !== 'channels_first') return y
  const rank = y.shape.length
  return transpose(context, layer, y, [0, rank - 1, ...[...Array(rank).keys()].slice(1, -1)])
}

interface Placed {
  readonly output: readonly number[]
  /** Positions before the input's first that the first window covers. */
  readonly before: readonly number[]
}

/** Output positions and padding along each axis, as Keras has them for "valid", "same" and "causal". */
export function placeWindows(
  layer: Layer,
  input: readonly number[],
  { size, strides, dilations, padding }: Windows,
): Placed {
  if (!['valid', 'same', 'causal'].includes(padding))
    throw new ModelError('padding', { layer: layer.name, expected: 'valid or same', got: padding })
  const output: number[] = []
  const before: number[] = []
  for (const [axis, length] of input.entries()) {
    const span = (size[axis]! - 1) * dilations[axis]! + 1
    const stride = strides[axis]!
    if (padding === 'valid') {
      output.push(Math.max(Math.floor((length - span) / stride) + 1, 0))
      before.push(0)
    } else if (padding === 'causal') {
      output.push(Math.floor((length - 1) / stride) + 1)
      before.push(span - 1)
    } else {
      const positions = Math.ceil(length / stride)
      output.push(positions)
      before.push(Math.floor(Math.max((positions - 1) * stride + span - length, 0) / 2))
    }
  }
  return { output, before }
}

/** For every output position the elements of the input that its window covers, −1 outside; window by window. */
export function windowPlaces(
  input: readonly number[],
  { size, strides, dilations }: Pick<Windows, 'size' | 'strides' | 'dilations'>,
  { output, before }: Placed,
): Int32Array {
  const rank = input.length
  const steps = stepsOf(input)
  const positions = elementCount(output)
  const taps = elementCount(size)
  const places = new Int32Array(positions * taps)
  const at = output.map(() => 0)
  for (let position = 0; position < positions; position++) {
    const tap = size.map(() => 0)
    for (let k = 0; k < taps; k++) {
      let place = 0
      for (let axis = 0; axis < rank; axis++) {
        const index = at[axis]! * strides[axis]! - before[axis]! + tap[axis]! * dilations[axis]!
        if (index < 0 || index >= input[axis]!) {
          place = -1
          break
        }
        place += index * steps[axis]!
      }
      places[position * taps + k] = place
      advance(tap, size)
    }
    advance(at, output)
  }
  return places
}

function advance(at: number[], shape: readonly number[]): void {
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at[axis] = at[axis]! + 1
    if (at[axis]! < shape[axis]!) return
    at[axis] = 0
  }
}

/**
 * Convolution of x (batch, …, inputs) with a kernel (…, inputs / groups, filters), summed in float64: (batch, …,
 * filters).
 */
export function convolve(
  context: LowerContext,
  layer: Layer,
  x: Value,
  kernel: Value,
  windows: Omit<Windows, 'size'>,
): Value {
  const input = x.shape.slice(1, -1)
  const size = kernel.shape.slice(0, -2)
  const [inputs, filters] = [x.shape.at(-1) as number, kernel.shape.at(-1) as number]
  const perGroup = kernel.shape.at(-2) as number
  const groups = inputs / perGroup
  if (!Number.isInteger(groups) || size.length !== input.length || filters % groups !== 0) {
    throw new ModelError('kernel of a convolution', {
      layer: layer.name,
      expected: `one for (${x.shape.join(', ')})`,
      got: `(${kernel.shape.join(', ')})`,
    })
  }
  const placed = placeWindows(layer, input, { ...windows, size })
  const places = windowPlaces(input, { ...windows, size }, placed)
  const taps = elementCount(size)
  const positions = elementCount(placed.output)
  const batch = x.shape[0] as number
  const shape = [batch, ...placed.output, filters]
  const perGroupOut = filters / groups
  const volume = elementCount(input)
  const results = [{ shape, dtype: x.dtype }]
  return numericOp(context, 'conv', [x, kernel], results, ([a, w], [y]) => {
    const sums = new Float64Array(filters)
    for (let b = 0; b < batch; b++) {
      for (let position = 0; position < positions; position++) {
        sums.fill(0)
        for (let tap = 0; tap < taps; tap++) {
          const place = places[position * taps + tap]!
          if (place < 0) continue
          const from = (b * volume + place) * inputs
          for (let i = 0; i < inputs; i++) {
            const e = a![from + i]!
            const group = Math.floor(i / perGroup)
            const row = (tap * perGroup + (i % perGroup)) * filters + group * perGroupOut
            for (let o = 0; o < perGroupOut; o++)
              sums[group * perGroupOut + o] = sums[group * perGroupOut + o]! + e * w![row + o]!
          }
        }
        for (let o = 0; o < filters; o++) y![(b * positions + position) * filters + o] = sums[o]!
      }
    }
  })[0] as Value
}

/** Transposed convolution of x (batch, …, inputs) with a kernel (…, filters, inputs). */
export function convolveTransposed(
  context: LowerContext,
  x: Value,
  kernel: Value,
  windows: Omit<Windows, 'size'>,
  outputPadding: readonly number[] | undefined,
): Value {
  const input = x.shape.slice(1, -1)
  const size = kernel.shape.slice(0, -2)
  const [filters, inputs] = kernel.shape.slice(-2) as [number, number]
  const same = windows.padding === 'same'
  const output = input.map((length, axis) => {
    const [stride, span] = [
      windows.strides[axis]!,
      (size[axis]! - 1) * windows.dilations[axis]! + 1,
    ]
    const extra = outputPadding?.[axis]
    if (extra !== undefined)
      return (length - 1) * stride + span - (same ? 2 * Math.floor(span / 2) : 0) + extra
    return same ? length * stride : length * stride + Math.max(span - stride, 0)
  })
  const before = output.map((length, axis) => {
    if (!same) return 0
    const span = (size[axis]! - 1) * windows.dilations[axis]! + 1
    const total = (input[axis]! - 1) * windows.strides[axis]! + span - length
    return Math.floor(Math.max(total, 0) / 2)
  })
  // Forward windows over the output are where each input element is spread to.
  const places = windowPlaces(output, { ...windows, size }, { output: input, before })
  const taps = elementCount(size)
  const [volume, wide] = [elementCount(input), elementCount(output)]
  const batch = x.shape[0] as number
  const results = [{ shape: [batch, ...output, filters], dtype: x.dtype }]
  return numericOp(context, 'conv_transpose', [x, kernel], results, ([a, w], [y]) => {
    const sums = new Float64Array(wide * filters)
    for (let b = 0; b < batch; b++) {
      sums.fill(0)
      for (let position = 0; position < volume; position++)
        for (let tap = 0; tap < taps; tap++) {
          const place = places[position * taps + tap]!
          if (place < 0) continue
          for (let o = 0; o < filters; o++) {
            let sum = 0
            for (let i = 0; i < inputs; i++)
              sum +=
                a![(b * volume + position) * inputs + i]! * w![(tap * filters + o) * inputs + i]!
            sums[place * filters + o] = sums[place * filters + o]! + sum
          }
        }
      for (let i = 0; i < sums.length; i++) y![b * wide * filters + i] = sums[i]!
    }
  })[0] as Value
}

/** Pooling of x (batch, …, channels): the largest or the mean of what a window covers inside the input. */
export function pool(
  context: LowerContext,
  layer: Layer,
  x: Value,
  windows: Windows,
  largest: boolean,
): Value {
  const input = x.shape.slice(1, -1)
  const { output, before: pads } = placeWindows(layer, input, windows)
  const { size, strides, dilations, padding } = windows
  const before = pads.map((pad, axis) => {
    const reach = (output[axis]! - 1) * strides[axis]! + (size[axis]! - 1) * dilations[axis]! + 1
    return pad - skippedBefore(input.length, padding, input[axis]! - reach)
  })
  const places = windowPlaces(input, windows, { output, before })
  return poolPlaces(context, x, output, places, elementCount(size), largest)
}

/** Pooling into a fixed number of bins along each axis. */
export function adaptivePool(
  context: LowerContext,
  x: Value,
  output: readonly number[],
  largest: boolean,
): Value {
  const input = x.shape.slice(1, -1)
  const steps = stepsOf(input)
  const positions = elementCount(output)
  const bins = Array.from({ length: positions }, (_, position) => {
    let rest = position
    const ranges = output
      .map((count, axis) => [count, input[axis] as number] as const)
      .toReversed()
      .map(([count, length]) => {
        const i = rest % count
        rest = Math.floor(rest / count)
        return [Math.floor((i * length) / count), Math.ceil(((i + 1) * length) / count)] as const
      })
      .toReversed()
    const shape = ranges.map(([start, end]) => end - start)
    const offset = ranges.reduce((sum, [start], axis) => sum + start * steps[axis]!, 0)
    return walk(shape, steps, offset)
  })
  const taps = Math.max(...bins.map(({ length }) => length))
  const places = new Int32Array(positions * taps).fill(-1)
  for (const [position, bin] of bins.entries()) places.set(bin, position * taps)
  return poolPlaces(context, x, output, places, taps, largest)
}

function poolPlaces(
  context: LowerContext,
  x: Value,
  output: readonly number[],
  places: Int32Array,
  taps: number,
  largest: boolean,
): Value {
  const [batch, channels] = [x.shape[0] as number, x.shape.at(-1) as number]
  const volume = elementCount(x.shape.slice(1, -1))
  const positions = elementCount(output)
  const results = [{ shape: [batch, ...output, channels], dtype: x.dtype }]
  return numericOp(context, largest ? 'max_pool' : 'average_pool', [x], results, ([a], [y]) => {
    for (let i = 0; i < y!.length; i++) {
      const channel = i % channels
      const position = Math.floor(i / channels) % positions
      const b = Math.floor(i / channels / positions)
      let [value, count] = [largest ? -Infinity : 0, 0]
      for (let tap = 0; tap < taps; tap++) {
        const place = places[position * taps + tap]!
        if (place < 0) continue
        const e = a![(b * volume + place) * channels + channel]!
        value = largest ? (e > value || e !== e ? e : value) : value + e
        count += 1
      }
      y![i] = largest ? value : value / count
    }
  })[0] as Value
}
