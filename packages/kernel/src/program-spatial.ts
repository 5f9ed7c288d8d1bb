import { linear, start, type Activation, type Program } from './program.ts'
import * as L from './wasm/layout.ts'

/** Depth, height, width. */
export type Triple = readonly [number, number, number]

/** Where the windows of a convolution lie; byte counts where not said otherwise. */
export interface Grid {
  /** Positions per image of y. */
  out: Triple
  kernel: Triple
  stride: Triple
  dilation: Triple
  /** Positions before x where the first window starts; negative inside x. */
  pad: Triple
  in: Triple
  xPixel: number
  /** Taken of every pixel: the channels of one group. */
  tap: number
  yPixel: number
  yLine: number
  yPlane: number
  yImage: number
}

/** The words a convolution's record points to. */
export function gridWords(grid: Grid): Uint32Array {
  const { out, yPixel, yLine, yPlane, yImage } = grid
  const contiguous =
    yLine === yPixel * out[2] && yPlane === yLine * out[1] && yImage === yPlane * out[0]
  const words = new Uint32Array(L.GRID_WORDS)
  words.set(out, L.GRID_OUT)
  words.set(grid.kernel, L.GRID_KERNEL)
  words.set(grid.stride, L.GRID_STRIDE)
  words.set(grid.dilation, L.GRID_DILATION)
  words.set(grid.pad, L.GRID_PAD)
  words.set(grid.in, L.GRID_IN)
  words[L.GRID_X_PIXEL] = grid.xPixel
  words[L.GRID_TAP] = grid.tap
  words[L.GRID_Y_IMAGE] = yImage
  words[L.GRID_Y_PLANE] = yPlane
  words[L.GRID_Y_LINE] = yLine
  words[L.GRID_Y_PIXEL] = yPixel
  words[L.GRID_CONTIGUOUS] = Number(contiguous)
  return words
}

interface Windowed {
  rows: number
  x: number
  weights: number
  y: number
  yAdvance: number
  /** Address of {@link gridWords}. */
  grid: number
  scratch: number
  activation?: Activation
  /** y is the sum alone, without bias and activation. */
  bare?: boolean
  /** The exact build sums in float64, however long the sum is. */
  wide?: boolean
}

/**
 * y (rows, units) = activation(windows of x (rows, inner) · weights (inner, units) + bias (units) + residual), one row
 * per output pixel; `residual` is laid out as y. `scratch`: `chunk` · inner doubles where inner ≤ 11 or `wide`, else floats. With `weightsStride` every output position of an image has
 * panels of its own, that many bytes apart, and `chunk` is 1.
 */
export function writeConv(
  program: Program,
  index: number,
  op: Windowed & {
    inner: number
    units: number
    chunk: number
    weightsStride?: number
    residual?: number | undefined
  },
): void {
  const at = startWindowed(program, index, L.CONV, op)
  program.u32[at + L.CONV_INNER] = op.inner
  program.u32[at + L.CONV_UNITS] = op.units
  program.u32[at + L.CONV_CHUNK] = op.chunk
  program.u32[at + L.CONV_WEIGHTS_STRIDE] = op.weightsStride ?? 0
  program.u32[at + L.CONV_RESIDUAL] = op.residual ?? 0
}

/**
 * y (rows, channels) = activation(Σ over taps of x · weights (taps, channels) + bias (channels)), one row per output
 * pixel. `weights`: bias, then weights. `scratch`: channels + taps words.
 */
export function writeDepthwise(
  program: Program,
  index: number,
  op: Windowed & { channels: number; taps: number },
): void {
  const at = startWindowed(program, index, L.DEPTHWISE, op)
  program.u32[at + L.CONV_INNER] = op.channels
  program.u32[at + L.CONV_UNITS] = op.taps
}

/**
 * y = activation(3 × 3 windows of x · weights + bias + residual) with stride 1; one row per tile of `tile` × `tile`
 * output pixels. `weights`: packed by packWinograd; `bias`: `units` floats. `scratch`: {@link winogradScratchFloats}.
 */
export function writeWinograd(
  program: Program,
  index: number,
  op: Windowed & {
    inner: number
    units: number
    chunk: number
    tile: number
    bias: number
    residual?: number | undefined
  },
): void {
  const at = startWindowed(program, index, L.WINOGRAD, op)
  program.u32[at + L.CONV_INNER] = op.inner
  program.u32[at + L.CONV_UNITS] = op.units
  program.u32[at + L.CONV_CHUNK] = op.chunk
  program.u32[at + L.CONV_RESIDUAL] = op.residual ?? 0
  program.u32[at + L.WINOGRAD_BIAS] = op.bias
  program.u32[at + L.WINOGRAD_TILE] = op.tile
}

/** Floats of `scratch` of {@link writeWinograd}. */
export function winogradScratchFloats(
  tile: number,
  inner: number,
  units: number,
  chunk: number,
): number {
  return (tile + 2) ** 2 * (inner + chunk * (inner + units)) + 160
}

function startWindowed(program: Program, index: number, opcode: number, op: Windowed): number {
  const at = start(program, index, opcode, op.rows)
  const { u32 } = program
  u32[at + L.CONV_X] = op.x
  u32[at + L.CONV_WEIGHTS] = op.weights
  u32[at + L.CONV_Y] = op.y
  u32[at + L.CONV_Y_ADVANCE] = op.yAdvance
  u32[at + L.CONV_GRID] = op.grid
  u32[at + L.CONV_SCRATCH] = op.scratch
  const { code, parameters } = op.activation ?? linear
  u32[at + L.CONV_ACTIVATION] = code
  program.f32.set(parameters, at + L.CONV_PARAMETERS)
  u32[at + L.CONV_FLAGS] = (op.bare ? L.BARE : 0) | (op.wide ? L.WIDE : 0)
  return at
}

/** Positions that each output position of an axis draws on: first and end (exclusive). */
export type AxisWindows = readonly (readonly [first: number, end: number])[]

/** The words a pooling record points to. Windows are not empty and lie inside x. */
export function poolWords(
  lengths: Triple,
  windows: readonly [AxisWindows, AxisWindows, AxisWindows],
): Uint32Array {
  const out = windows.map(({ length }) => length)
  return Uint32Array.from([...out, ...lengths, ...windows.flat(2)])
}

/** y (rows, channels): the largest element or the mean of every channel over each window of x. */
export function writePool(
  program: Program,
  index: number,
  op: {
    rows: number
    channels: number
    average: boolean
    x: number
    y: number
    yAdvance: number
    windows: number
  },
): void {
  const at = start(program, index, L.POOL, op.rows)
  const { u32 } = program
  u32[at + L.POOL_CHANNELS] = op.channels
  u32[at + L.POOL_AVERAGE] = Number(op.average)
  u32[at + L.POOL_X] = op.x
  u32[at + L.POOL_Y] = op.y
  u32[at + L.POOL_Y_ADVANCE] = op.yAdvance
  u32[at + L.POOL_WINDOWS] = op.windows
}

/** Indices into an axis of x for every position of y; −1: the fill value. */
export type AxisIndices = readonly number[]

/** The words a take record points to. */
export function takeWords(
  lengths: Triple,
  indices: readonly [AxisIndices, AxisIndices, AxisIndices],
): Uint32Array {
  const out = indices.map(({ length }) => length)
  return Uint32Array.from([...out, ...lengths, ...indices.flat()])
}

/** y[n, i, j, k] = x[n, depth[i], height[j], width[k]]; one row per line of y. */
export function writeTake(
  program: Program,
  index: number,
  op: {
    rows: number
    channels: number
    fill: number
    x: number
    y: number
    yAdvance: number
    indices: number
  },
): void {
  const at = start(program, index, L.TAKE, op.rows)
  const { u32 } = program
  u32[at + L.TAKE_PIXEL] = op.channels * 4
  program.f32[at + L.TAKE_FILL] = op.fill
  u32[at + L.TAKE_X] = op.x
  u32[at + L.TAKE_Y] = op.y
  u32[at + L.TAKE_Y_ADVANCE] = op.yAdvance
  u32[at + L.TAKE_INDICES] = op.indices
}

/** How one position of a resampled axis is made: neighbouring positions from `first` on and their weights. */
export interface Sample {
  readonly first: number
  readonly weights: readonly number[]
}

/** The words a resample record points to and the taps per entry. */
export function sampleWords(samples: readonly Sample[]): { words: Float32Array; taps: number } {
  const taps = Math.max(...samples.map(({ weights }) => weights.length))
  const words = new Float32Array(samples.length * (taps + 2))
  const heads = new Uint32Array(words.buffer)
  samples.forEach(({ first, weights }, o) => {
    const at = o * (taps + 2)
    heads[at] = first
    heads[at + 1] = weights.length
    words.set(weights, at + 2)
  })
  return { words, taps }
}

/** y (outer, out, inner) from x (outer, length, inner); one row per (outer, out). */
export function writeResample(
  program: Program,
  index: number,
  op: {
    rows: number
    inner: number
    length: number
    out: number
    taps: number
    x: number
    y: number
    yAdvance: number
    weights: number
  },
): void {
  const at = start(program, index, L.RESAMPLE, op.rows)
  const { u32 } = program
  u32[at + L.RESAMPLE_INNER] = op.inner
  u32[at + L.RESAMPLE_IN] = op.length
  u32[at + L.RESAMPLE_X] = op.x
  u32[at + L.RESAMPLE_Y] = op.y
  u32[at + L.RESAMPLE_Y_ADVANCE] = op.yAdvance
  u32[at + L.RESAMPLE_WEIGHTS] = op.weights
  u32[at + L.RESAMPLE_OUT] = op.out
  u32[at + L.RESAMPLE_TAPS] = op.taps
}
