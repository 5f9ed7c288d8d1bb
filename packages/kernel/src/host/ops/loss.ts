import type { Layer } from '@dotplus/core'
import { cast } from '../../lower/cast.ts'
import {
  type ElementType,
  type LowerContext,
  resolveAxis,
  unsupported,
  type Value,
} from '../../lower/context.ts'
import type { Float64Function } from '../../lower/host-op.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import * as L from '../../wasm/layout.ts'
import { exp, log, log1p } from '../double.ts'
import { broadcastShape } from '../elementwise.ts'
import { linesOf, reducedShape } from '../lines.ts'
import { type Numbers, numericOp } from '../numeric.ts'
import { floatOf, meet, tensorOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'
import { outOfRange } from './order.ts'
import { preciseSum } from './reduction.ts'

const clampProbability = (p: number): number => Math.max(1e-7, Math.min(1 - 1e-7, p))

function binaryCrossentropy(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const terms = [tensorOf(context, given, 'target'), tensorOf(context, given, 'output')]
  const dtype = floatOf(terms[1] as Value)
  const [target, output] = terms.map((value) => cast(context, value, dtype)) as [Value, Value]
  const logits = given.flag('from_logits')
  const shape = broadcastShape([target.shape, output.shape], layer)
  const results = [{ shape, dtype }]
  return numericOp(context, 'binary_crossentropy', [target, output], results, ([t, o], [y], f) => {
    for (let i = 0; i < y!.length; i++) {
      const [z, x] = [t![i]!, o![i]!]
      if (logits) y![i] = Math.max(x, 0) - x * z + log1p(f, exp(f, -Math.abs(x)))
      else {
        const p = clampProbability(x)
        y![i] = -(z * log(f, p) + (1 - z) * log(f, 1 - p))
      }
    }
  })[0] as Value
}

/** log Σ exp of a line. */
export function logSum(line: Numbers | readonly number[], f: Float64Function): number {
  const most = Math.max(...line)
  return most + log(f, preciseSum(Array.from(line, (x) => exp(f, x - most))))
}

function categoricalCrossentropy(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const output = given.tensor('output')
  const dtype = floatOf(output)
  const axis = resolveAxis(given.number('axis', -1), output.shape.length, layer)
  const [target, values] = [tensorOf(context, given, 'target'), output].map((value) =>
    linesOf(context, layer, cast(context, value, dtype), [axis]),
  ) as [ReturnType<typeof linesOf>, ReturnType<typeof linesOf>]
  const logits = given.flag('from_logits')
  const { length } = values
  const results = [{ shape: reducedShape(output.shape, [axis], false), dtype }]
  return numericOp(
    context,
    'categorical_crossentropy',
    [target.lines, values.lines],
    results,
    ([t, o], [y], f) => {
      for (let i = 0; i < y!.length; i++) {
        const line = o!.subarray(i * length, (i + 1) * length)
        const sum = logits ? logSum(line, f) : preciseSum(line)
        y![i] = -preciseSum(
          Array.from(line, (x, k) => {
            const weight = t![i * length + k]!
            return weight * (logits ? x - sum : log(f, clampProbability(x / sum)))
          }),
        )
      }
    },
  )[0] as Value
}

function sparseCategoricalCrossentropy(
  context: LowerContext,
  layer: Layer,
  given: OpArguments,
): Value {
  const output = given.tensor('output')
  const values = cast(context, output, floatOf(output))
  const target = tensorOf(context, given, 'target')
  const logits = given.flag('from_logits')
  const classes = output.shape.at(-1) as number
  const axis = given.number('axis', -1)
  if (axis !== -1 && axis !== output.shape.length - 1) throw unsupported(layer, 'axis', `${axis}`)
  const results = [{ shape: output.shape.slice(0, -1), dtype: values.dtype }]
  return numericOp(
    context,
    'sparse_categorical_crossentropy',
    [target, values],
    results,
    ([t, o], [y], f) => {
      for (let i = 0; i < y!.length; i++) {
        const given2 = Array.from(o!.subarray(i * classes, (i + 1) * classes))
        const line = logits ? given2 : given2.map((p) => log(f, clampProbability(p)))
        const x = line[t![i]!]
        if (x === undefined) throw outOfRange(layer, t![i]!, classes)
        y![i] = logSum(line, f) - x
      }
    },
  )[0] as Value
}

/** −log of the probability that a sequence of logits stands for the target: the forward algorithm in logarithms. */
function ctcLoss(context: LowerContext, _layer: Layer, given: OpArguments): Value {
  const [target, output] = [tensorOf(context, given, 'target'), given.tensor('output')]
  const lengths = ['target_length', 'output_length'].map((name) => tensorOf(context, given, name))
  const [batch = 0, steps = 0, classes = 0] = output.shape
  const width = target.shape[1] ?? 0
  const blank = given.number('mask_index', 0)
  const dtype: ElementType = output.dtype === 'float64' ? 'float64' : 'float32'
  const inputs = [target, output, ...lengths]
  return numericOp(context, 'ctc_loss', inputs, [{ shape: [batch], dtype }], (from, [y], f) => {
    const [labels, logits, targets, outputs] = from as [Numbers, Numbers, Numbers, Numbers]
    const add = (a: number, b: number): number =>
      a === -Infinity ? b : b === -Infinity ? a : f(L.LOG_ADD_EXP, a, b)
    for (let b = 0; b < batch; b++) {
      const own = Array.from(labels.subarray(b * width, b * width + targets[b]!))
      const path = [blank, ...own.flatMap((label) => [label, blank])]
      let alpha = path.map(() => -Infinity)
      for (let t = 0; t < Math.min(outputs[b]!, steps); t++) {
        const line = logits.subarray((b * steps + t) * classes, (b * steps + t + 1) * classes)
        const sum = logSum(line, f)
        const before = alpha
        alpha = path.map((label, s) => {
          if (t === 0) return s < 2 ? line[label]! - sum : -Infinity
          let total = add(before[s]!, before[s - 1] ?? -Infinity)
          if (label !== blank && label !== path[s - 2])
            total = add(total, before[s - 2] ?? -Infinity)
          return total + line[label]! - sum
        })
      }
      y![b] = -add(alpha.at(-1)!, alpha.at(-2) ?? -Infinity)
    }
  })[0] as Value
}

function psnr(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const tensors = [given.tensor('x1'), given.tensor('x2')]
  const dtype = meet(layer, tensors, 'float')
  const [a, b] = tensors.map((value) => cast(context, value, dtype)) as [Value, Value]
  const most = given.number('max_val')
  return numericOp(context, 'psnr', [a, b], [{ shape: [], dtype }], ([p, q], [y], f) => {
    const mean = preciseSum(Array.from(p!, (e, i) => (e - q![i]!) * (e - q![i]!))) / p!.length
    y![0] = 20 * f(L.LOG10, most, 0) - 10 * f(L.LOG10, mean, 0)
  })[0] as Value
}

export const losses: GeneralOps = {
  'nn.binary_crossentropy': general('target output', 'from_logits', binaryCrossentropy),
  'nn.categorical_crossentropy': general(
    'target output',
    'from_logits axis',
    categoricalCrossentropy,
  ),
  'nn.sparse_categorical_crossentropy': general(
    'target output',
    'from_logits axis',
    sparseCategoricalCrossentropy,
  ),
  'nn.ctc_loss': general('target output target_length output_length', 'mask_index', ctcLoss),
  'nn.psnr': general('x1 x2', 'max_val', psnr),
}
