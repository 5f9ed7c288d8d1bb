import { elementCount, ModelError } from '@dotplus/core'
import { linear, writeDense, type Activation } from '../program.ts'
import { columnsOf, panelCount } from './panels.ts'
import { applyActivation, prepareActivation, type PreparedActivation } from './activation.ts'
import {
  matrixOf,
  onlyTensor,
  unsupported,
  type AbsorbedWeights,
  type Buffer,
  type LowerContext,
  type Lowering,
  type OpBody,
  type Operand,
  type Value,
} from './context.ts'
import { takingSteps, type Epilogue } from './epilogue.ts'

/** A matrix (inner, units) in the kernel's memory. */
export interface PackedDense {
  readonly inner: number
  readonly units: number
  /** Address of the packed panels, bias inside. */
  readonly weights: number
}

interface PreparedDense extends PackedDense {
  readonly activation: PreparedActivation
  readonly own: AbsorbedWeights['own']
  readonly takesUp: boolean
}

/** Dense: y (…, units) = activation(x (…, inner) · kernel (inner, units) + bias (units)). */
export const denseLayer: Lowering<PreparedDense> = {
  prepare(layer, weights) {
    if (layer.kind !== 'dense') throw unsupported(layer, 'layer', layer.className)
    const { units, kernel, bias, activation, quantization } = layer.dense
    if (quantization) throw unsupported(layer, 'quantization', quantization.mode)
    if (kernel === undefined) throw new ModelError('the layer has no kernel', { layer: layer.name })
    const shape = weights.shape(kernel)
    const [inner = 0] = shape
    if (shape.length !== 2 || shape[1] !== units) {
      throw new ModelError('shape of the kernel', {
        layer: layer.name,
        expected: `(inputs, ${units})`,
        got: `(${shape.join(', ')})`,
      })
    }
    const biasShape = bias === undefined ? [units] : weights.shape(bias)
    if (biasShape.length !== 1 || biasShape[0] !== units) {
      throw new ModelError('shape of the bias', {
        layer: layer.name,
        expected: `(${units})`,
        got: `(${biasShape.join(', ')})`,
      })
    }
    const given = bias === undefined ? undefined : weights.floats(bias)
    const matrix = weights.left?.(kernel) ?? weights.floats(kernel)
    const held = weights.folder?.absorb(layer, matrix, given, units)
    return {
      inner,
      units,
      weights: weights.packDense(
        held?.kernel ?? matrix,
        held ? held.bias : given,
        inner,
        units,
        held?.scale,
      ),
      activation: prepareActivation(layer, activation),
      own: held?.own,
      takesUp: held?.takesUp ?? false,
    }
  },
  lower(context, { inner, units, weights, activation, own, takesUp }, call, layer) {
    const input = onlyTensor(call, layer)
    const x = takesUp ? (input.unscaled as Value) : input
    const { width } = matrixOf(x)
    if (x.shape.length < 2 || width !== inner) {
      throw new ModelError('input of Dense', {
        layer: layer.name,
        expected: `(batch, …, ${inner})`,
        got: `(${x.shape.join(', ')})`,
      })
    }
    const fused = 'elementwise' in activation ? activation.elementwise : linear
    const y = matrixProduct(context, { inner, units, weights }, x, fused)
    if (own) {
      const sums = matrixProduct(context, { inner, units, weights }, x, linear, true)
      return [{ ...own(context, sums), folded: y }]
    }
    return ['elementwise' in activation ? y : applyActivation(context, layer, activation, y)]
  },
}

/** y (…, units) = activation(x (…, inner) · weights + bias). */
export function matrixProduct(
  context: LowerContext,
  { inner, units, weights }: PackedDense,
  x: Value,
  activation: Activation = linear,
  bare = false,
): Value {
  const shape = [...x.shape.slice(0, -1), units]
  const own = context.precise?.activation(activation, shape) ?? activation
  const precise =
    elementCount(shape) > 0 &&
    context.precise?.product(context, { inner, units, weights }, x, own, bare)
  if (precise) return precise
  const y = context.value(shape)
  if (elementCount(y.shape) === 0) return y
  const rows = elementCount(y.shape) / units
  const product = {
    rows,
    inner,
    units,
    x: context.operand(x, inner),
    weights,
    width: units,
    start: 0,
    bare,
  }
  context.push(productOp(product, { activation: own }, y.buffer))
  return y
}

/** What {@link productOp} multiplies. */
export interface MatrixProduct {
  readonly rows: number
  readonly inner: number
  readonly units: number
  /** Rows of `inner` contiguous elements. */
  readonly x: Operand
  /** Address of the packed panels, bias inside. */
  readonly weights: number
  /** Elements of a row of y. */
  readonly width: number
  /** First byte of y that is written. */
  readonly start: number
  /** Without the bias. */
  readonly bare: boolean
}

/** y = activation(x · weights + bias + residual). */
export function productOp(product: MatrixProduct, epilogue: Epilogue, y: Buffer): OpBody {
  const { rows, inner, units, x, weights, width, start, bare } = product
  const { activation, residual } = epilogue
  const write = { buffer: y, rowBytes: width * 4 }
  const addend = residual && { buffer: residual, rowBytes: width * 4 }
  return {
    kind: addend ? 'dense+add' : 'dense',
    rows,
    reads: addend ? [x, addend] : [x],
    writes: [write],
    inPlace: false,
    tileable: true,
    flops: 2 * rows * inner * units,
    weightBytes: inner * units * 4,
    panels: panelCount(inner, units),
    withStep: bare ? undefined : takingSteps(epilogue, (next, to) => productOp(product, next, to)),
    emit: (program, index, place, part) => {
      const columns = columnsOf(part, inner, units)
      const at = start + columns.yOffset
      writeDense(program, index, {
        rows,
        inner,
        units: columns.units,
        x: place.address(x),
        xAdvance: place.advance(x),
        weights: weights + columns.weightsOffset,
        y: place.address(write) + at,
        yStride: width * 4,
        yAdvance: place.advance(write),
        activation,
        residual: addend && place.address(addend) + at,
        residualAdvance: addend && place.advance(addend),
        bare,
      })
    },
  }
}
