import { elementCount, ModelError } from '@dotplus/core'
import { linear, writeDense, type Activation } from '../program.ts'
import { columnsOf, panelCount } from './panels.ts'
import { applyActivation, prepareActivation, type PreparedActivation } from './activation.ts'
import {
  matrixOf,
  onlyTensor,
  unsupported,
  type LowerContext,
  type Lowering,
  type Value,
} from './context.ts'

/** A matrix (inner, units) in the kernel's memory. */
export interface PackedDense {
  readonly inner: number
  readonly units: number
  /** Address of the packed panels, bias inside. */
  readonly weights: number
}

interface PreparedDense extends PackedDense {
  readonly activation: PreparedActivation
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
    return {
      inner,
      units,
      weights: weights.packDense(
        weights.floats(kernel),
        bias === undefined ? undefined : weights.floats(bias),
        inner,
        units,
      ),
      activation: prepareActivation(layer, activation),
    }
  },
  lower(context, { inner, units, weights, activation }, call, layer) {
    const x = onlyTensor(call, layer)
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
    return ['elementwise' in activation ? y : applyActivation(context, layer, activation, y)]
  },
}

/** y (…, units) = activation(x (…, inner) · weights + bias). */
export function matrixProduct(
  context: LowerContext,
  { inner, units, weights }: PackedDense,
  x: Value,
  fused: Activation = linear,
): Value {
  const y = context.value([...x.shape.slice(0, -1), units])
  if (elementCount(y.shape) === 0) return y
  const rows = elementCount(y.shape) / units
  const [read, write] = [context.operand(x, inner), context.operand(y, units)]
  context.push({
    kind: 'dense',
    rows,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: true,
    flops: 2 * rows * inner * units,
    panels: panelCount(inner, units),
    emit: (program, index, place, part) => {
      const columns = columnsOf(part, inner, units)
      writeDense(program, index, {
        rows,
        inner,
        units: columns.units,
        x: place.address(read),
        xAdvance: place.advance(read),
        weights: weights + columns.weightsOffset,
        y: place.address(write) + columns.yOffset,
        yStride: units * 4,
        yAdvance: place.advance(write),
        activation: fused,
      })
    },
  })
  return y
}
