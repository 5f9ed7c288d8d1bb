import { elementCount } from '@dotplus/core'
import { linear, type Activation } from '../program.ts'
import { gridWords, writeWinograd, type Triple } from '../program-spatial.ts'
import type { Constant, LowerContext, OpBody, Operand, Value, WeightStore } from './context.ts'
import type { Windows } from './convolution.ts'
import { takingSteps, type Epilogue } from './epilogue.ts'
import type { Images } from './spatial.ts'

/** The weights of a 3 × 3 convolution, transformed and packed. */
export interface WinogradWeights {
  readonly inner: number
  readonly units: number
  /** Addresses. */
  readonly weights: number
  readonly bias: number
}

/** Channels from which on the transforms cost little beside the products. */
const leastChannels = 16

/** True for 3 × 3 windows with stride 1 over enough channels, in whole vectors. */
export function takesWinograd(
  { kernel, stride, dilation }: Windows,
  inner: number,
  units: number,
): boolean {
  return (
    kernel.join() === '1,3,3' &&
    [...stride, ...dilation].every((step) => step === 1) &&
    [inner, units].every((channels) => channels >= leastChannels && channels % 4 === 0)
  )
}

/** Transforms and packs kernel (3, 3, inner, units) and bias (units). */
export function prepareWinograd(
  weights: WeightStore,
  kernel: Float32Array,
  bias: Float32Array | undefined,
  units: number,
): WinogradWeights {
  const inner = kernel.length / 9 / units
  return {
    inner,
    units,
    weights: weights.packWinograd(kernel, inner, units),
    bias: weights.place(bias ?? new Float32Array(units)),
  }
}

/** Floats of transformed windows and products that stay in the second-level cache. */
const cachedFloats = 262_144

/** Tiles transformed at a time: as even as can be, so that none of the passes over the weights is for a few. */
function chunkOf(tiles: number, inner: number, units: number): number {
  const most = Math.max(Math.floor(cachedFloats / 16 / (inner + units)), 24)
  return Math.ceil(tiles / Math.ceil(tiles / most))
}

/** 3 × 3 convolution with stride 1 over one plane per image. */
export function pushWinograd(
  context: LowerContext,
  x: Images,
  y: Value,
  windows: Omit<Windows, 'padding'> & { out: Triple; pad: Triple },
  prepared: WinogradWeights,
  activation: Activation = linear,
  bare = false,
): void {
  const { out } = windows
  const { inner, units } = prepared
  const tiles = x.batch * Math.ceil(out[1] / 2) * Math.ceil(out[2] / 2)
  if (tiles === 0) return
  const chunk = chunkOf(tiles, inner, units)
  const convolution: Tiled = {
    ...prepared,
    tiles,
    pixels: x.batch * out[1] * out[2],
    chunk,
    bare,
    x: { buffer: x.value.buffer, rowBytes: 0 },
    scratch: { buffer: context.value([16, inner + chunk * (inner + units)]).buffer, rowBytes: 0 },
    grid: context.constant(
      gridWords({
        ...windows,
        in: x.size,
        xPixel: inner * 4,
        tap: inner * 4,
        yPixel: units * 4,
        yLine: units * 4 * out[2],
        yPlane: units * 4 * out[2] * out[1],
        yImage: units * 4 * elementCount(out),
      }),
    ),
  }
  context.push(winogradOp(convolution, { activation }, y.buffer))
}

interface Tiled extends WinogradWeights {
  /** Tiles of 2 × 2 pixels of y: the rows of the op. */
  readonly tiles: number
  readonly pixels: number
  readonly chunk: number
  readonly bare: boolean
  readonly x: Operand
  readonly scratch: Operand
  readonly grid: Constant
}

function winogradOp(convolution: Tiled, epilogue: Epilogue, y: Value['buffer']): OpBody {
  const { tiles, inner, units, chunk, weights, bias, bare, x, scratch, grid } = convolution
  const { activation, residual } = epilogue
  const write = { buffer: y, rowBytes: 0 }
  const addend = residual && { buffer: residual, rowBytes: 0 }
  return {
    kind: addend ? 'winograd+add' : 'winograd',
    rows: tiles,
    reads: addend ? [x, addend] : [x],
    writes: [write, scratch],
    inPlace: false,
    tileable: false,
    splittable: true,
    flops: 2 * 16 * tiles * inner * units,
    plainFlops: 2 * 9 * convolution.pixels * inner * units,
    weightBytes: 16 * inner * units * 4,
    withStep: bare
      ? undefined
      : takingSteps(epilogue, (next, to) => winogradOp(convolution, next, to)),
    emit: (program, index, place) =>
      writeWinograd(program, index, {
        rows: tiles,
        inner,
        units,
        chunk,
        x: place.address(x),
        weights,
        bias,
        y: place.address(write),
        yAdvance: 0,
        grid: place.constant(grid),
        scratch: place.address(scratch),
        activation,
        residual: addend && place.address(addend),
        bare,
      }),
  }
}
