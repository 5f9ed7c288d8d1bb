import { elementCount } from '@dotplus/core'

import type { Activation } from '../program.ts'
import { doubleInner } from '../records.ts'
import * as L from '../wasm/layout.ts'
import type { LowerContext, Value } from './context.ts'
import { pushConv } from './convolution.ts'
import type { PackedDense } from './dense.ts'
import { isSmall } from './small.ts'

/** What small models may take their time for: accuracy. Dense networks go without, see `LayerSet`. */
export interface Precise {
  /** The function for a tensor of this shape: in float64 where that is small. */
  activation(activation: Activation, shape: readonly number[]): Activation
  /** Whether a softmax over the last axis of this shape is taken in float64. */
  softmax(shape: readonly number[]): boolean
  /** x · weights + bias summed in float64; undefined where weights are not few. */
  product(
    context: LowerContext,
    packed: PackedDense,
    x: Value,
    activation: Activation,
    bare: boolean,
  ): Value | undefined
}

/** Functions that take little longer in float64. */
const quick: ReadonlySet<number> = new Set([
  L.EXPONENTIAL,
  L.EXPM1,
  L.SIGMOID,
  L.TANH,
  L.SILU,
  L.ELU,
  L.SELU,
  L.CELU,
  L.GELU_TANH,
  L.MISH,
  L.SOFTSIGN,
  L.HARD_SIGMOID,
  L.HARD_SILU,
  L.RSQRT,
])
/** Functions that take many times longer. */
const slow: ReadonlySet<number> = new Set([
  L.GELU,
  L.SOFTPLUS,
  L.LOG_SIGMOID,
  L.LOG,
  L.LOG1P,
  L.ERF,
])
const slowElements = 64

/** Elements of a matrix up to which the time of float64 sums does not show. */
const fewWeights = 1024

export const precise: Precise = {
  activation(activation, shape) {
    const { code, parameters } = activation
    const small = quick.has(code) ? isSmall(shape) : slow.has(code) && isSmall(shape, slowElements)
    return small ? { code: code + L.WIDE_FUNCTION, parameters } : activation
  },
  softmax: (shape) => isSmall(shape),
  product(context, { inner, units, weights }, x, activation, bare) {
    if (inner <= doubleInner || inner * units > fewWeights) return undefined
    const y = context.value([...x.shape.slice(0, -1), units])
    const batch = elementCount(y.shape) / units
    const rows = { value: x, batch, size: one, channels: inner }
    const windows = { kernel: one, stride: one, dilation: one, pad: none, out: one }
    const group = { weights, xChannel: 0, yChannel: 0 }
    pushConv(context, rows, y, windows, inner, {
      units,
      group,
      activation,
      bare,
      wide: true,
      kind: 'dense',
    })
    return y
  },
}

const one = [1, 1, 1] as const
const none = [0, 0, 0] as const
