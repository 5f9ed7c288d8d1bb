import {
  InputError,
  ModelError,
  type Activation,
  type Cell,
  type Embedding,
  type Layer,
  type Scan,
} from '@dotplus/core'

import { isElementType } from '../../dtype/element-type.ts'
import { cast } from '../../lower/cast.ts'
import { unsupported, type LowerContext, type Lowering, type Value } from '../../lower/context.ts'
import { hostOp, type Float64Function } from '../../lower/host-op.ts'
import { checkMask } from '../../lower/masking.ts'
import { doubleFunctions } from '../double.ts'
import { mapElements } from '../elementwise.ts'
import { numericOp, type Numbers } from '../numeric.ts'
import { mapDouble } from '../ops/elementwise.ts'
import { axiswiseFunction, settingValues } from './activation.ts'
import { einsum } from './dense.ts'
import {
  doubleValue,
  placeDouble,
  placeDoubles,
  type DoubleWeight,
  type DoubleWeights,
} from './weights.ts'

/** Embedding in float64: rows of the table. */
export const embeddingLayer: Lowering<DoubleWeights> = {
  anyDtype: true,
  prepare(layer, weights) {
    if (layer.kind === 'embedding' && layer.embedding.quantization)
      throw unsupported(layer, 'quantization', layer.embedding.quantization.mode)
    return placeDoubles(layer, weights, ['table', 'reverseKernel'])
  },
  lower(context, weights, call, layer) {
    const [x] = call.tensors
    const table = doubleValue(context, weights['table'])
    const others = call.operands.slice(1).filter(({ name }) => name !== 'reverse')
    if (
      !x ||
      !table ||
      call.tensors.length !== 1 ||
      others.length > 0 ||
      layer.kind !== 'embedding'
    )
      throw new ModelError('arguments of the call', {
        layer: layer.name,
        expected: '1 tensor',
        got: `${call.tensors.length}`,
      })
    if (call.operands.some(({ name, number }) => name === 'reverse' && number === 1))
      return [logits(context, layer, layer.embedding, x, weights)]
    const [rows = 0, width = 0] = table.shape
    const indices = cast(context, x, 'int32')
    const results = [{ shape: [...x.shape, width], dtype: 'float64' as const }]
    const y = numericOp(context, 'gather', [indices, table], results, ([at, t], [to]) => {
      for (const [i, index] of at!.entries()) {
        const row = index < 0 ? index + rows : index
        if (row < 0 || row >= rows)
          throw new InputError('index out of range', {
            layer: layer.name,
            expected: `${-rows}…${rows - 1}`,
            got: `${index}`,
          })
        for (let k = 0; k < width; k++) to![i * width + k] = t![row * width + k]!
      }
    })[0] as Value
    if (!layer.embedding.maskZero) return [y]
    const mask = numericOp(
      context,
      'mask',
      [indices],
      [{ shape: x.shape, dtype: 'bool' }],
      ([at], [m]) => {
        for (const [i, index] of at!.entries()) m![i] = Number(index !== 0)
      },
    )[0] as Value
    return [{ ...y, mask }]
  },
}

/** ReversibleEmbedding's way back: x · tableᵀ, or · its own kernel, below the soft cap. */
function logits(
  context: LowerContext,
  layer: Layer,
  { reversible, reverseDtype, logitSoftCap }: Embedding,
  given: Value,
  weights: DoubleWeights,
): Value {
  if (!reversible) throw unsupported(layer, 'argument', 'reverse')
  const dtype = isElementType(reverseDtype) ? reverseDtype : 'float64'
  if (dtype !== 'float64') throw unsupported(layer, 'float64 with reverse_dtype', dtype)
  const own = doubleValue(context, weights['reverseKernel'])
  const kernel = own ?? doubleValue(context, weights['table'])
  if (!kernel) throw new ModelError('the layer has no table', { layer: layer.name })
  const x = cast(context, given, dtype)
  const y = einsum(context, layer, own ? '...i,ij->...j' : '...i,ji->...j', x, kernel)
  if (logitSoftCap === undefined) return y
  const scaled = mapElements(context, 'divide', y, dtype, (e: number) => e / logitSoftCap)
  const curved = mapDouble(context, 'tanh', scaled)
  return mapElements(context, 'multiply', curved, dtype, (e: number) => e * logitSoftCap)
}

interface DoubleCell {
  readonly cell: Cell
  readonly kernel: DoubleWeight
  readonly recurrent: DoubleWeight
  readonly bias: DoubleWeight | undefined
}

interface DoubleRecurrent {
  readonly cells: readonly DoubleCell[]
  readonly scan: Scan
}

/** A function of a cell's gate, over its units. */
export function gateFunction(settings: Activation | undefined, fallback: string) {
  const name = settings?.function || fallback
  const axiswise = axiswiseFunction(name)
  const f = doubleFunctions[name]
  const parameters = settingValues(settings)
  return (x: Float64Array, float64: Float64Function): Float64Array => {
    const y = new Float64Array(x.length)
    if (axiswise) axiswise(x, y, float64)
    else for (let i = 0; i < x.length; i++) y[i] = f ? f(x[i]!, float64, parameters) : x[i]!
    return y
  }
}

interface StepWeights {
  readonly w: Numbers
  readonly u: Numbers
  readonly b: Numbers | undefined
}

/** One step of a cell for one example: the new states, the first of which is the output. */
function stepOf({ cell, kernel }: DoubleCell) {
  const { units, type } = cell
  const inputs = kernel.shape[0] as number
  const activation = gateFunction(cell.activation, 'linear')
  const gate = gateFunction(cell.recurrentActivation, 'linear')
  const product = (
    x: ArrayLike<number>,
    m: Numbers,
    rows: number,
    columns: number,
    from: number,
    count: number,
  ): Float64Array => {
    const y = new Float64Array(count)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < count; j++) y[j] = y[j]! + x[i]! * m[i * columns + from + j]!
    return y
  }
  const plus = (a: Float64Array, b: ArrayLike<number> | undefined, from = 0): Float64Array =>
    b ? a.map((e, i) => e + b[from + i]!) : a
  return (
    x: Numbers,
    [h, c]: readonly Float64Array[],
    { w, u, b }: StepWeights,
    f: Float64Function,
  ): Float64Array[] => {
    const gates = type === 'lstm' ? 4 : type === 'gru' ? 3 : 1
    const columns = gates * units
    const own = plus(product(x, w, inputs, columns, 0, columns), b)
    const part = (a: Float64Array, k: number): Float64Array => a.slice(k * units, (k + 1) * units)
    if (type === 'simple_rnn')
      return [activation(plus(own, product(h!, u, units, columns, 0, columns)), f)]
    if (type === 'lstm') {
      const z = plus(own, product(h!, u, units, columns, 0, columns))
      const [i, forget, o] = [gate(part(z, 0), f), gate(part(z, 1), f), gate(part(z, 3), f)]
      const candidate = activation(part(z, 2), f)
      const cell2 = c!.map((e, k) => forget[k]! * e + i[k]! * candidate[k]!)
      const out = activation(cell2, f)
      return [out.map((e, k) => o[k]! * e), cell2]
    }
    const after = cell.resetAfter
    const inner = after
      ? plus(product(h!, u, units, columns, 0, columns), b, columns)
      : product(h!, u, units, columns, 0, 2 * units)
    const z = gate(plus(part(own, 0), part(inner, 0)), f)
    const r = gate(plus(part(own, 1), part(inner, 1)), f)
    const recurrent = after
      ? part(inner, 2).map((e, k) => r[k]! * e)
      : product(
          h!.map((e, k) => r[k]! * e),
          u,
          units,
          columns,
          2 * units,
          units,
        )
    const candidate = activation(plus(part(own, 2), recurrent), f)
    return [h!.map((e, k) => z[k]! * e + (1 - z[k]!) * candidate[k]!)]
  }
}

/** States in float64 that a stateful layer, or a stream, keeps from one call to the next; none for other layers. */
export function keptStates(
  context: LowerContext,
  layer: Layer,
  { stateful }: Scan,
  shapes: readonly (readonly number[])[],
): { readonly before: readonly Value[]; keep(after: readonly Value[]): void } {
  const streamed = context.stream?.key
  if (!stateful && streamed === undefined) return { before: [], keep: () => undefined }
  const known = shapes.map((_, i) => {
    const key = `${streamed ?? layer.name}:${i}`
    return [key, context.states.get(key)] as const
  })
  const own = known.map(([, state], i) => state?.before ?? context.value(shapes[i]!, 'float64'))
  return {
    before: known.map(([, state], i) => state?.after ?? own[i]!),
    keep(after) {
      for (const [i, [key]] of known.entries())
        context.states.set(key, { key, before: own[i]!, after: after[i]! })
    },
  }
}

/** SimpleRNN, LSTM, GRU and stacks of their cells in float64, step by step. */
export const recurrentLayer: Lowering<DoubleRecurrent> = {
  prepare(layer, weights) {
    if (layer.kind !== 'recurrent') throw unsupported(layer, 'layer', layer.className)
    const { cells, scan } = layer.recurrent
    if (cells.length === 0 || !scan)
      throw new ModelError('the layer does not say how it walks', { layer: layer.name })
    return {
      scan,
      cells: cells.map((cell) => {
        if (!['simple_rnn', 'lstm', 'gru'].includes(cell.type))
          throw unsupported(layer, 'float64 with a cell of type', cell.type)
        const [kernel, recurrent] = [
          placeDouble(weights, cell.kernel),
          placeDouble(weights, cell.recurrentKernel),
        ]
        if (!kernel || !recurrent)
          throw new ModelError('the cell has no kernel', { layer: layer.name })
        return { cell, kernel, recurrent, bias: placeDouble(weights, cell.bias) }
      }),
    }
  },
  lower(context, { cells, scan }, call, layer) {
    const [x, ...initial] = call.tensors
    if (!x || x.shape.length !== 3)
      throw new ModelError(`input of ${layer.className}`, {
        layer: layer.name,
        expected: '(batch, steps, features)',
        got: `(${x?.shape.join(', ')})`,
      })
    const [first, second] = x.shape as [number, number]
    const [batch, steps] = scan.timeMajor ? [second, first] : [first, second]
    const [mask] = call.masks
    if (mask) checkMask(layer, mask, [first, second])
    const zeroMasked = call.zeroMasked ?? scan.zeroOutputForMask
    const units = cells.at(-1)!.cell.units
    const stateShapes = cells.flatMap(({ cell }) =>
      Array.from({ length: cell.type === 'lstm' ? 2 : 1 }, () => [batch, cell.units]),
    )
    if (initial.length > 0 && initial.length !== stateShapes.length)
      throw new ModelError('number of initial states', {
        layer: layer.name,
        expected: `${stateShapes.length}`,
        got: `${initial.length}`,
      })
    const weights = cells.flatMap(({ kernel, recurrent, bias }) =>
      [kernel, recurrent, bias].map((weight) => doubleValue(context, weight)),
    )
    const given = weights.filter((value) => value !== undefined)
    const kept = keptStates(context, layer, scan, stateShapes)
    const begun = initial.length > 0 ? initial : kept.before
    const streamed = context.stream?.key !== undefined
    const inputs = [x, ...given, ...begun, ...(mask ? [cast(context, mask, 'bool')] : [])]
    const outShape = scan.returnSequences
      ? scan.timeMajor
        ? [steps, batch, units]
        : [batch, steps, units]
      : [batch, units]
    const results = [outShape, ...stateShapes].map((shape) => ({
      shape,
      dtype: 'float64' as const,
    }))
    const runs = cells.map(stepOf)
    const outputs = hostOp(context, 'recurrent', inputs, results, (from, to, f) => {
      const [a, ...rest] = from as [Numbers, ...Numbers[]]
      const taken = weights.map((value) => (value ? rest.shift() : undefined))
      const states = begun.map(() => rest.shift() as Numbers)
      const firstOfLast = stateShapes.length - (cells.at(-1)!.cell.type === 'lstm' ? 2 : 1)
      const [m] = rest
      const features = x.shape[2] as number
      for (let b = 0; b < batch; b++) {
        const own = stateShapes.map((shape, i) => {
          const width = shape[1] as number
          return states[i]
            ? Float64Array.from(states[i].subarray(b * width, (b + 1) * width))
            : new Float64Array(width)
        })
        // In a stream a skipped first step repeats what the steps before gave.
        let last: Numbers = streamed ? own[firstOfLast]! : new Float64Array(units)
        for (let step = 0; step < steps; step++) {
          const t = scan.goBackwards ? steps - 1 - step : step
          const row = scan.timeMajor ? t * batch + b : b * steps + t
          const skipped = m !== undefined && m[row] === 0
          if (!skipped) {
            let value: Numbers = a.subarray(row * features, (row + 1) * features)
            let at = 0
            for (const [k, run] of runs.entries()) {
              const count = cells[k]!.cell.type === 'lstm' ? 2 : 1
              const [w, u, bias] = taken.slice(3 * k, 3 * k + 3)
              const next = run(value, own.slice(at, at + count), { w: w!, u: u!, b: bias }, f)
              for (const [i, state] of next.entries()) own[at + i] = Float64Array.from(state)
              value = next[0]!
              at += count
            }
            last = Float64Array.from(value)
          }
          if (!scan.returnSequences) continue
          // A skipped step repeats the output before, or gives zeros.
          const out = skipped && zeroMasked ? undefined : last
          const place = scan.timeMajor ? step * batch + b : b * steps + step
          for (let i = 0; i < units; i++) (to[0] as Numbers)[place * units + i] = out ? out[i]! : 0
        }
        if (!scan.returnSequences) (to[0] as Numbers).set(last, b * units)
        for (const [i, state] of own.entries()) (to[i + 1] as Numbers).set(state, b * state.length)
      }
    })
    kept.keep(outputs.slice(1))
    return scan.returnState ? outputs : outputs.slice(0, 1)
  },
}
