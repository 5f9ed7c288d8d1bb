import { elementCount } from '@dotplus/core'
import { linear, type Activation } from '../program.ts'
import { gridWords, winogradScratchFloats, writeWinograd, type Triple } from '../program-spatial.ts'
import type {
  Constant,
  FloatsLeft,
  LowerContext,
  OpBody,
  Operand,
  Value,
  WeightStore,
} from './context.ts'
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
  /** Pixels that a tile is wide and high. */
  readonly tile: number
}

/** Channels from which on the transforms cost little beside the products. */
const leastChannels = 16

/**
 * Input channels up to which tiles of 4 × 4 pixels are taken where the build has them. Layers with more come in dozens
 * in deep networks, whose result would then be more than twice as far from float64 as Keras's, and see small images,
 * where such tiles save less time than reading 2.25 times the weights takes.
 */
const mostForLargeTiles = 48

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

/** Transforms and packs kernel (3, 3, inner, units), its columns times `scale`, and bias (units). */
export function prepareWinograd(
  weights: WeightStore,
  kernel: Float32Array | FloatsLeft,
  bias: Float32Array | undefined,
  units: number,
  scale: Float64Array | undefined,
): WinogradWeights {
  const inner = kernel.length / 9 / units
  const tile = inner > mostForLargeTiles ? 2 : weights.largestTile
  return {
    inner,
    units,
    tile,
    weights: weights.packWinograd(kernel, inner, units, tile, scale),
    bias: weights.place(bias ?? new Float32Array(units)),
  }
}

/** Floats of transformed windows and products that stay in the second-level cache. */
const cachedFloats = 524_288

/** Tiles transformed at a time: as even as can be, so that none of the passes over the weights is for a few. */
function chunkOf(tiles: number, points: number, inner: number, units: number): number {
  const most = Math.max(Math.floor(cachedFloats / points / (inner + units)), 24)
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
  const { inner, units, tile } = prepared
  const points = (tile + 2) ** 2
  const tiles = x.batch * Math.ceil(out[1] / tile) * Math.ceil(out[2] / tile)
  if (tiles === 0) return
  const chunk = chunkOf(tiles, points, inner, units)
  const convolution: Tiled = {
    ...prepared,
    tiles,
    pixels: x.batch * elementCount(out),
    chunk,
    bare,
    x: { buffer: x.value.buffer, rowBytes: 0 },
    scratch: {
      buffer: context.value([winogradScratchFloats(tile, inner, units, chunk)]).buffer,
      rowBytes: 0,
    },
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
  /** Tiles of pixels of y: the rows of the op. */
  readonly tiles: number
  /** Pixels of y. */
  readonly pixels: number
  readonly chunk: number
  readonly bare: boolean
  readonly x: Operand
  readonly scratch: Operand
  readonly grid: Constant
}

function winogradOp(convolution: Tiled, epilogue: Epilogue, y: Value['buffer']): OpBody {
  const { tiles, tile, pixels, inner, units, chunk, weights, bias, bare, x, scratch, grid } =
    convolution
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
    flops: 2 * (tile + 2) ** 2 * tiles * inner * units,
    plainFlops: 2 * 9 * pixels * inner * units,
    weightBytes: (tile + 2) ** 2 * inner * units * 4,
    withStep: bare
      ? undefined
      : takingSteps(epilogue, (next, to) => winogradOp(convolution, next, to)),
    emit: (program, index, place) =>
      writeWinograd(program, index, {
        rows: tiles,
        inner,
        units,
        chunk,
        tile,
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
