import { elementCount, ModelError, type Layer } from '@dotplus/core'
import { linear, type Activation } from '../program.ts'
import { gridWords, writeConv, writeDepthwise, type Grid, type Triple } from '../program-spatial.ts'
import type {
  Buffer,
  Constant,
  LowerContext,
  OpBody,
  Operand,
  Value,
  WeightStore,
} from './context.ts'
import { productOp, type MatrixProduct } from './dense.ts'
import { doubleInner } from '../records.ts'
import { takingSteps, type Epilogue } from './epilogue.ts'
import { columnsOf, panelCount } from './panels.ts'
import { extentOf, imagesOf, tripleOf, type Images } from './spatial.ts'

/** Settings that a convolution's windows depend on, as depth, height, width. */
export interface Windows {
  readonly kernel: Triple
  readonly stride: Triple
  readonly dilation: Triple
  /** "valid", "same", "causal". */
  readonly padding: string
}

/** Windows from lists with one entry per spatial dimension. */
export function windowsOf(settings: {
  kernelSize: readonly number[]
  strides: readonly number[]
  dilationRate: readonly number[]
  padding: string
}): Windows {
  return {
    kernel: tripleOf(settings.kernelSize, 1),
    stride: tripleOf(settings.strides, 1),
    dilation: tripleOf(settings.dilationRate, 1),
    padding: settings.padding,
  }
}

/** Output size and padding along depth, height and width. */
export function placeWindows(
  layer: Layer,
  windows: Windows,
  size: Triple,
): { out: Triple; pad: Triple } {
  const extents = size.map((length, i) =>
    extentOf(
      layer,
      windows.padding,
      length,
      windows.kernel[i] as number,
      windows.stride[i] as number,
      windows.dilation[i] as number,
    ),
  )
  return {
    out: extents.map(({ out }) => out) as unknown as Triple,
    pad: extents.map(({ pad }) => pad) as unknown as Triple,
  }
}

/**
 * x as images with the channels last, and where windows lie on them. Zeros that were put around x are left out: windows
 * then begin further before it.
 */
export function windowedImages(
  context: LowerContext,
  layer: Layer,
  x: Value,
  rank: number,
  channelsFirst: boolean,
  windows: Windows,
): { images: Images; placed: Windows & { out: Triple; pad: Triple } } {
  const { padded } = x
  const inside = padded?.channelsFirst === channelsFirst ? padded : undefined
  const images = imagesOf(context, layer, inside?.source ?? x, rank, channelsFirst)
  const zeros = tripleOf(inside?.amounts.filter((_, i) => i % 2 === 0) ?? [], 0)
  const after = tripleOf(inside?.amounts.filter((_, i) => i % 2 === 1) ?? [], 0)
  const size = images.size.map((length, i) => length + (zeros[i] as number) + (after[i] as number))
  const { out, pad } = placeWindows(layer, windows, size as unknown as Triple)
  const before = pad.map((length, i) => length + (zeros[i] as number)) as unknown as Triple
  return { images, placed: { ...windows, out, pad: before } }
}

/** One group's panels and where its channels start. */
export interface Group {
  readonly weights: number
  readonly xChannel: number
  readonly yChannel: number
}

/** Windows gathered at a time: about 256 KiB, a multiple of every tile height. */
function chunkOf(inner: number, rows: number): number {
  const tiles = 12
  return Math.min(rows, Math.max(Math.floor(65_536 / inner / tiles), 2) * tiles)
}

/** Products per image up to which the time of float64 sums does not show; depthwise, where less is done per product. */
const wideProducts = 2 ** 17
const wideDepthwiseProducts = 2 ** 16
/** Positions that a line is taken to have, which may be a piece of a stream: every piece has the sums of the whole. */
const linePositions = 64

/**
 * Whether sums are taken in float64 and rounded once: in small convolutions, where float32 sums of separately rounded
 * products are often less accurate than the fused multiply-adds of native libraries. Neither batch nor time decide.
 */
function isWide(products: number, [depth, height, width]: Triple, most: number): boolean {
  const positions = depth * height > 1 ? depth * height * width : linePositions
  return products * positions <= most
}

/** What {@link pushConv} needs beside the grid. */
export interface ConvPiece {
  readonly units: number
  readonly group: Group
  readonly activation: Activation
  /** First element of y that is written, as an offset from y's start. */
  readonly yOffset?: number
  /** Elements of y between pixels, lines, planes and images, where not contiguous. */
  readonly yStrides?: readonly [pixel: number, line: number, plane: number, image: number]
  /** Bytes between the panels of neighbouring output positions. */
  readonly weightsStride?: number
  /** Without the bias. */
  readonly bare?: boolean
  /** Sums in float64 whatever the size. */
  readonly wide?: boolean
  /** What the op is called in a profile. */
  readonly kind?: string
}

/** Convolution of one group as a matrix product over gathered windows. */
export function pushConv(
  context: LowerContext,
  x: Images,
  y: Value,
  windows: Omit<Windows, 'padding'> & { out: Triple; pad: Triple },
  channels: number,
  piece: ConvPiece,
): void {
  const { units, group, yOffset = 0, weightsStride = 0, bare = false } = piece
  const activation = context.precise?.activation(piece.activation, y.shape) ?? piece.activation
  const { out } = windows
  const rows = x.batch * elementCount(out)
  if (rows === 0 || units === 0) return
  const width = y.shape.at(-1) as number
  const inner = elementCount(windows.kernel) * channels
  const start = (yOffset + group.yChannel) * 4
  const shape = { rows, inner, units, weights: group.weights, width, start, bare }
  const wide = inner > doubleInner && (piece.wide || isWide(inner * units, out, wideProducts))
  if (
    !wide &&
    isPointwise(windows, x.size) &&
    channels === x.channels &&
    !piece.yStrides &&
    !weightsStride
  ) {
    const product = { ...shape, x: context.operand(x.value, channels) }
    context.push(productOp(product, { activation }, y.buffer))
    return
  }
  const [pixel, line, plane, image] = piece.yStrides ?? [
    width,
    width * out[2],
    width * out[2] * out[1],
    width * elementCount(out),
  ]
  const chunk = weightsStride ? 1 : chunkOf(inner, rows)
  const grid: Grid = {
    ...windows,
    in: x.size,
    xPixel: x.channels * 4,
    tap: channels * 4,
    yPixel: pixel * 4,
    yLine: line * 4,
    yPlane: plane * 4,
    yImage: image * 4,
  }
  const gathered: GatheredProduct = {
    ...shape,
    x: { buffer: x.value.buffer, rowBytes: 0 },
    xStart: group.xChannel * 4,
    weightsStride,
    contiguous: !piece.yStrides,
    yPixel: pixel * 4,
    chunk,
    wide,
    kind: piece.kind ?? 'conv',
    scratch: {
      buffer: context.value([chunk, inner <= doubleInner || wide ? 2 * inner : inner]).buffer,
      rowBytes: 0,
    },
    grid: context.constant(gridWords(grid)),
  }
  context.push(gatheredOp(gathered, { activation }, y.buffer))
}

/** A product whose rows are windows of x, gathered `chunk` at a time. */
interface GatheredProduct extends MatrixProduct {
  readonly xStart: number
  readonly weightsStride: number
  /** Pixels of y follow each other `width` elements apart. */
  readonly contiguous: boolean
  /** Bytes between pixels of y. */
  readonly yPixel: number
  readonly chunk: number
  /** Sums in float64. */
  readonly wide: boolean
  readonly kind: string
  readonly scratch: Operand
  readonly grid: Constant
}

function gatheredOp(product: GatheredProduct, epilogue: Epilogue, y: Buffer): OpBody {
  const { rows, inner, units, x, scratch, start, bare, contiguous } = product
  const { activation, residual } = epilogue
  const write = { buffer: y, rowBytes: contiguous ? product.width * 4 : 0 }
  const addend = residual && { buffer: residual, rowBytes: write.rowBytes }
  return {
    kind: addend ? `${product.kind}+add` : product.kind,
    rows,
    reads: addend ? [x, addend] : [x],
    writes: [write, scratch],
    inPlace: false,
    tileable: false,
    splittable: true,
    flops: 2 * rows * inner * units,
    weightBytes: product.weightsStride ? rows * product.weightsStride : inner * units * 4,
    panels: product.weightsStride ? undefined : panelCount(inner, units),
    withStep:
      bare || !contiguous
        ? undefined
        : takingSteps(epilogue, (next, to) => gatheredOp(product, next, to)),
    emit: (program, index, place, part) => {
      const columns = columnsOf(part, inner, units)
      const at = start + columns.yOffset
      writeConv(program, index, {
        rows,
        inner,
        units: columns.units,
        chunk: product.chunk,
        x: place.address(x) + product.xStart,
        weights: product.weights + columns.weightsOffset,
        weightsStride: product.weightsStride,
        y: place.address(write) + at,
        yAdvance: product.yPixel,
        grid: place.constant(product.grid),
        scratch: place.address(scratch),
        activation,
        residual: addend && place.address(addend) + at,
        bare,
        wide: product.wide,
      })
    },
  }
}

function isPointwise(
  { kernel, stride, out }: { kernel: Triple; stride: Triple; out: Triple },
  size: Triple,
): boolean {
  const one = (value: number): boolean => value === 1
  return kernel.every(one) && stride.every(one) && out.every((length, i) => length === size[i])
}

/** Convolution of every channel with weights of its own; y has as many channels as x. */
export function pushDepthwise(
  context: LowerContext,
  x: Images,
  y: Value,
  windows: Omit<Windows, 'padding'> & { out: Triple; pad: Triple },
  weights: number,
  activation: Activation = linear,
  bare = false,
): void {
  const { out } = windows
  const { channels } = x
  const rows = x.batch * elementCount(out)
  if (rows === 0 || channels === 0) return
  const taps = elementCount(windows.kernel)
  const wide = isWide(taps * channels, out, wideDepthwiseProducts)
  // A line of zeros as wide as a window where 3 × 3 windows are swept, else a pixel.
  const zeros = windows.kernel.join() === '1,3,3' ? 2 * windows.dilation[2] + 1 : 1
  const pixel = channels * 4
  const grid = context.constant(
    gridWords({
      ...windows,
      in: x.size,
      xPixel: pixel,
      tap: pixel,
      yPixel: pixel,
      yLine: pixel * out[2],
      yPlane: pixel * out[2] * out[1],
      yImage: pixel * elementCount(out),
    }),
  )
  const read = { buffer: x.value.buffer, rowBytes: 0 }
  const scratch = { buffer: context.value([channels * zeros + taps]).buffer, rowBytes: 0 }
  const make = (own: Activation, to: Buffer): OpBody => {
    const write = { buffer: to, rowBytes: pixel }
    return {
      kind: 'depthwise',
      rows,
      reads: [read],
      writes: [write, scratch],
      inPlace: false,
      tileable: false,
      splittable: true,
      flops: 2 * rows * taps * channels,
      weightBytes: taps * channels * 4,
      withStep: (step, next) =>
        step.kind === 'activation' && own.code === linear.code && !bare
          ? make(step.activation, next)
          : undefined,
      emit: (program, index, place) =>
        writeDepthwise(program, index, {
          rows,
          channels,
          taps,
          x: place.address(read),
          weights,
          y: place.address(write),
          yAdvance: place.advance(write),
          grid: place.constant(grid),
          scratch: place.address(scratch),
          activation: own,
          bare,
          wide,
        }),
    }
  }
  context.push(make(context.precise?.activation(activation, y.shape) ?? activation, y.buffer))
}

/**
 * A weight's elements, or undefined where the layer has none.
 *
 * @param shape expected lengths; undefined ones are free
 * @throws {ModelError} naming the layer and both shapes
 */
export function weightOf(
  layer: Layer,
  weights: WeightStore,
  name: string,
  index: number | undefined,
  shape: readonly (number | undefined)[],
): { data: Float32Array; shape: readonly number[] } {
  const checked = checkedWeight(layer, weights, name, index, shape)
  return { data: weights.floats(checked.index), shape: checked.shape }
}

/** As {@link weightOf}, without the elements. */
export function checkedWeight(
  layer: Layer,
  weights: WeightStore,
  name: string,
  index: number | undefined,
  shape: readonly (number | undefined)[],
): { index: number; shape: readonly number[] } {
  if (index === undefined) throw new ModelError(`the layer has no ${name}`, { layer: layer.name })
  const got = weights.shape(index)
  if (
    got.length !== shape.length ||
    shape.some((size, i) => size !== undefined && size !== got[i])
  ) {
    throw new ModelError(`shape of the ${name}`, {
      layer: layer.name,
      expected: `(${shape.map((size) => size ?? 'any').join(', ')})`,
      got: `(${got.join(', ')})`,
    })
  }
  return { index, shape: got }
}

/** The bias (units), or undefined where the layer has none. */
export function biasOf(
  layer: Layer,
  weights: WeightStore,
  index: number | undefined,
  units: number,
): Float32Array | undefined {
  return index === undefined ? undefined : weightOf(layer, weights, 'bias', index, [units]).data
}

/** @throws {ModelError} when x has another number of channels than the weights */
export function checkChannels(layer: Layer, x: Images, channels: number): void {
  if (x.channels !== channels) {
    throw new ModelError(`channels of the input of ${layer.className}`, {
      layer: layer.name,
      expected: `${channels}`,
      got: `${x.channels}`,
    })
  }
}
