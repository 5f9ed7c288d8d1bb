import {
  elementCount,
  ModelError,
  UnsupportedError,
  type Layer,
  type Value as GraphValue,
} from '@dotplus/core'
import { bytesOf } from '../dtype/element-type.ts'
import type { Program } from '../program.ts'
import type { HostPart } from './host-part.ts'
import type { Precise } from './precise.ts'
import type { Stream } from './stream.ts'
import type {
  Buffer,
  Constant,
  ElementType,
  Op,
  OpBody,
  Operand,
  Placement,
  State,
  Step,
  Value,
} from '../plan/op.ts'

/** What a layer's lowering emits into: fresh values, views and ops, all named after the layer being lowered. */
export class LowerContext {
  readonly ops: Op[] = []
  /** Tables the plan carries beside its records. */
  readonly constants: (Uint32Array | Float32Array)[] = []
  /** States of stateful layers, by key. */
  readonly states: Map<string, State> = new Map()
  /** Lowers one layer inside another; set by the graph walk. */
  callLayer: ((layer: number, call: CallArguments) => Value[]) | undefined
  /** What small tensors may take their time for; set by the graph walk. */
  precise: Precise | undefined
  /** Set where the plan takes some steps of a stream. */
  stream: Stream | undefined
  /** A layer of the model; set by the graph walk. */
  layerAt: ((layer: number) => Layer | undefined) | undefined
  /** Constants that calls have as arguments, by tensor index. */
  readonly tensors: ReadonlyMap<number, Value>
  /** Sizes that the elements of tensors decide, in the order in which they are asked for, as far as they are known. */
  readonly sizes: readonly number[]
  readonly #host: HostPart | undefined
  #sizesAsked = 0
  #layer = ''
  #buffers = 0

  constructor(
    constants: ReadonlyMap<
      number,
      { address: number; shape: readonly number[]; dtype: ElementType }
    > = new Map(),
    host?: HostPart,
    sizes: readonly number[] = [],
  ) {
    this.tensors = new Map(
      [...constants].map(([index, { address, shape, dtype }]) => [
        index,
        this.fixed(address, shape, dtype),
      ]),
    )
    this.#host = host
    this.sizes = sizes
  }

  /**
   * What works on dtypes that WebAssembly has no ops for.
   *
   * @throws {UnsupportedError} when the model was loaded without it
   */
  get host(): HostPart {
    if (this.#host) return this.#host
    throw new UnsupportedError('this dtype is not supported here', { layer: this.#layer })
  }

  /** Names the layer that the next ops belong to. */
  enter(layer: string): void {
    this.#layer = layer
  }

  get layer(): string {
    return this.#layer
  }

  /** A new value of this shape in a buffer of its own. */
  value(shape: readonly number[], dtype: ElementType = 'float32'): Value {
    const buffer: Buffer = {
      id: this.#buffers++,
      byteLength: elementCount(shape) * bytesOf(dtype),
    }
    return { buffer, shape, dtype }
  }

  /** A value that lies in the weights: `address` is where `WeightStore.place` put it. */
  fixed(address: number, shape: readonly number[], dtype: ElementType = 'float32'): Value {
    const byteLength = elementCount(shape) * bytesOf(dtype)
    return { buffer: { id: this.#buffers++, byteLength, address }, shape, dtype }
  }

  /** The place in `sizes` of the next size that elements decide. */
  nextSize(): number {
    return this.#sizesAsked++
  }

  /** The same elements under another shape of as many elements. */
  view(value: Value, shape: readonly number[]): Value {
    return { buffer: value.buffer, shape, dtype: value.dtype }
  }

  /** Has the plan carry a table; its address is known when the op is emitted. */
  constant(words: Uint32Array | Float32Array): Constant {
    this.constants.push(words)
    return { index: this.constants.length - 1 }
  }

  push(op: OpBody): void {
    this.ops.push({ ...op, layer: this.#layer })
  }

  /** A view of a value as rows of `width` elements. */
  operand(value: Value, width: number): Operand {
    return { buffer: value.buffer, rowBytes: width * bytesOf(value.dtype) }
  }

  /** An op that maps rows of `width` elements one by one; the result has x's shape. */
  rowMap(
    kind: string,
    x: Value,
    width: number,
    emit: (program: Program, index: number, map: RowMapAddresses, place: Placement) => void,
    dtype: ElementType = x.dtype,
    step?: Step,
  ): Value {
    const y = this.value(x.shape, dtype)
    const rows = width === 0 ? 0 : elementCount(x.shape) / width
    if (elementCount(x.shape) === 0) return y
    const read = this.operand(x, width)
    const write = this.operand(y, width)
    this.push({
      kind,
      rows,
      reads: [read],
      writes: [write],
      inPlace: true,
      tileable: true,
      step,
      emit: (program, index, place) => {
        const map = {
          rows,
          width,
          x: place.address(read),
          xAdvance: place.advance(read),
          y: place.address(write),
          yAdvance: place.advance(write),
        }
        emit(program, index, map, place)
      },
    })
    return y
  }
}

/** The words that every row map writes. */
export interface RowMapAddresses {
  readonly rows: number
  readonly width: number
  readonly x: number
  readonly xAdvance: number
  readonly y: number
  readonly yAdvance: number
}

/** What a layer is called with, at planning time. */
export interface CallArguments {
  /** Tensors in order, with those inside a list laid out in order. */
  readonly tensors: readonly Value[]
  /**
   * What the layer is called with as `mask`, one for each tensor of the first argument: given, or what comes with the
   * only argument; with further tensor arguments Keras fills in none. Not among `tensors` and `operands`.
   */
  readonly masks: readonly (Value | undefined)[]
  /** What the outputs' masks are made from: `masks`, else what comes with the first argument. */
  readonly previousMasks: readonly (Value | undefined)[]
  /** Given by Bidirectional: whether skipped steps give zeros, whatever the layer itself says. */
  readonly zeroMasked?: boolean | undefined
  /** Every argument in order: a tensor, a list or record with its tensors in order, or a constant. */
  readonly operands: readonly Operands[]
}

/** One argument of a call. */
export interface Operands {
  /** Keyword; empty for a positional argument. */
  readonly name: string
  readonly tensors: readonly Value[]
  /** Set when the argument is a number or a boolean. */
  readonly number: number | undefined
  /** The argument as the graph has it. */
  readonly value?: GraphValue | undefined
}

/** One layer kind's way into ops. `prepare` runs once at load, `lower` once per plan and call. */
export interface Lowering<Prepared> {
  /** Takes tensors of any dtype; others get everything as float32, see `lowerInDtype`. */
  readonly anyDtype?: boolean
  /** Floating inputs are not cast to the layer's dtype first: Keras's `autocast = False`. */
  readonly keepsInputs?: boolean
  /** Weights are not rounded to the layer's dtype: Keras's `add_weight(…, autocast=False)`. */
  readonly keepsWeights?: boolean
  /** Gives its outputs in the dtypes they are to have; those of others are cast to the layer's. */
  readonly setsDtype?: boolean
  /** Only moves the elements of its first tensor, whatever they are, and fills with zeros. */
  readonly moves?: boolean
  /** Of integers it gives integers of their dtype: the nearest ones, kept in its range. */
  readonly keepsIntegers?: boolean
  /** Needs the host part, whatever the dtypes are. */
  readonly needsHost?: boolean
  prepare(layer: Layer, weights: WeightStore): Prepared
  lower(context: LowerContext, prepared: Prepared, call: CallArguments, layer: Layer): Value[]
}

/** What becomes of a layer's weights where they are to hold what comes before or after the layer. */
export interface AbsorbedWeights<Kernel = Float32Array> {
  readonly kernel: Kernel | Float32Array
  /** They hold what comes before: the layer takes the `unscaled` of its input. */
  readonly takesUp: boolean
  /** What the kernel's columns are to be multiplied by. */
  readonly scale: Float64Array | undefined
  readonly bias: Float32Array | undefined
  /**
   * Set when they hold what follows: makes the layer's own output from sums of products without the bias. With them the
   * layer gives what follows as the `folded` of its output.
   */
  readonly own: ((context: LowerContext, sums: Value) => Value) | undefined
}

/** Puts linear layers into the weights of those before them. */
export interface WeightFolder {
  /**
   * @param kernel (…, units)
   * @param bias (units)
   */
  absorb<Kernel extends Float32Array | FloatsLeft>(
    layer: Layer,
    kernel: Kernel,
    bias: Float32Array | undefined,
    units: number,
  ): AbsorbedWeights<Kernel>
  /** True when the weights of the layer before hold this one: its output is the `folded` of its input. */
  isAbsorbed(layer: Layer): boolean
}

/** Elements that are read from a file strip by strip, into the kernel's memory. */
export interface FloatsLeft {
  readonly length: number
  /** Fills `into` with the elements from `start` on. */
  read(into: Float32Array, start: number): void
  /** All of them, in an array of their own. */
  all(): Float32Array
}

/** All elements in one array. */
export function wholeOf(floats: Float32Array | FloatsLeft): Float32Array {
  return 'all' in floats ? floats.all() : floats
}

/** Weights in the kernel's memory; filled while layers are prepared. */
export interface WeightStore {
  /** Set before layers are prepared, where layers fold into each other. */
  folder?: WeightFolder | undefined
  /** A tensor's elements as float32. */
  floats(index: number): Float32Array
  /** The elements of a float32 tensor that is still in its file; undefined for any other. */
  left?(index: number): FloatsLeft | undefined
  /** A tensor's elements as they lie in memory in its own dtype, see `Storage`. */
  stored(index: number): Float32Array | Uint8Array
  /** A tensor's elements as float64. */
  doubles(index: number): Float64Array
  /** A tensor's strings. */
  texts(index: number): readonly string[]
  shape(index: number): readonly number[]
  /** The definition of a layer, by layer index. */
  layer(index: number): Layer
  /** Puts elements into memory and returns their address. */
  place(data: Float32Array | Uint8Array): number
  /**
   * Packs a (inner, units) kernel with an optional bias (units) and returns the panels' address. Columns are multiplied
   * by `scale`, in float64, rounded once.
   */
  packDense(
    kernel: Float32Array | FloatsLeft,
    bias: Float32Array | undefined,
    inner: number,
    units: number,
    scale?: Float64Array,
  ): number
  /** Pixels that WINOGRAD's tiles are wide and high at most. */
  readonly largestTile: number
  /** Transforms and packs a kernel (3, 3, inner, units) for WINOGRAD and returns the panels' address. */
  packWinograd(
    kernel: Float32Array | FloatsLeft,
    inner: number,
    units: number,
    tile: number,
    scale?: Float64Array,
  ): number
}

/** Rows and columns of a value seen as a matrix over its last axis. */
export function matrixOf(value: Value): { rows: number; width: number } {
  const width = value.shape.at(-1) ?? 1
  return { rows: width === 0 ? 0 : elementCount(value.shape) / width, width }
}

/**
 * The only tensor a call has.
 *
 * @throws {ModelError} when there is another number of them
 */
export function onlyTensor(call: CallArguments, layer: Layer): Value {
  const [value] = call.tensors
  const given = call.operands.filter((operand) => operand.value?.kind !== 'none')
  if (value === undefined || given.length !== 1 || call.tensors.length !== 1) {
    throw new ModelError('arguments of the call', {
      layer: layer.name,
      expected: '1 tensor',
      got: `${given.length} with ${call.tensors.length} tensors`,
    })
  }
  return value
}

/**
 * Resolves an axis of Keras, which may count from the end.
 *
 * @throws {ModelError} when the rank has no such axis
 */
export function resolveAxis(axis: number, rank: number, layer: Layer): number {
  const resolved = axis < 0 ? axis + rank : axis
  if (resolved < 0 || resolved >= rank) {
    throw new ModelError('axis', {
      layer: layer.name,
      expected: `from ${-rank} to ${rank - 1}`,
      got: `${axis}`,
    })
  }
  return resolved
}

/** The error for a setting that has no arithmetic yet. */
export function unsupported(layer: Layer, what: string, got: string): UnsupportedError {
  return new UnsupportedError(`${what} is not supported yet`, {
    layer: layer.name,
    place: layer.className,
    got,
  })
}

export type { Buffer, Constant, ElementType, Op, OpBody, Operand, Placement, State, Value }
