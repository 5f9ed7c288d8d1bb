import { elementCount, ModelError, type Layer } from '@dotplus/core'

import { resultType } from '../../dtype/result-type.ts'
import { cast } from '../../lower/cast.ts'
import {
  resolveAxis,
  unsupported,
  type ElementType,
  type LowerContext,
  type Value,
} from '../../lower/context.ts'
import { contractionOps } from '../../lower/ops/contraction.ts'
import type { OpArguments, OpDefinition } from '../../lower/ops/arguments.ts'
import { transpose as transposeTo } from '../../lower/permute.ts'
import { withRank } from '../../lower/where.ts'
import { broadcastIndices, broadcastShape } from '../elementwise.ts'
import { numericOp } from '../numeric.ts'
import { floatOf, isScalar, isSingle, meet, single, tensorOf, termOf } from '../terms.ts'
import { preciseSum } from './reduction.ts'
import { meeting } from './arithmetic.ts'
import { general, type GeneralOp, type GeneralOps } from './general.ts'

/** A product whose operands are brought to one dtype: float32 in WebAssembly, anything else in float64. */
function typed(
  name: string,
  resultOf: (layer: Layer, tensors: readonly Value[]) => ElementType,
): GeneralOp {
  const definition = contractionOps[name] as OpDefinition
  return {
    parameters: definition.parameters,
    settings: definition.settings ?? [],
    lower(context, layer, given) {
      const tensors = given.allTensors()
      const dtype = resultOf(layer, tensors)
      const own = (value: Value): Value => {
        const met = cast(context, value, dtype)
        return isSingle(dtype) ? single(context, met) : met
      }
      const results = definition.lower(context, layer, given.mapTensors(own))
      return results.map((value) => cast(context, value, dtype))
    },
  }
}

/** keras.ops.matmul of two int8 tensors gives int32. */
function matmulDtype(layer: Layer, tensors: readonly Value[]): ElementType {
  const bytes = tensors.every(({ dtype, shape }) => dtype === 'int8' && shape.length > 1)
  return bytes ? 'int32' : meet(layer, tensors)
}

function cross(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const [first, second] = [given.tensor('x1'), given.tensor('x2')]
  const axis = given.value('axis')
  const axes = ['axisa', 'axisb', 'axisc'].map((name) =>
    axis ? given.number('axis') : given.number(name, -1),
  )
  const dtype = meet(layer, [first, second])
  const [a, b] = [first, second].map((x, i) => {
    const at = resolveAxis(axes[i] as number, x.shape.length, layer)
    const rest = [...x.shape.keys()].filter((each) => each !== at)
    return transposeTo(context, layer, cast(context, x, dtype), [...rest, at])
  }) as [Value, Value]
  const [p, q] = [a.shape.at(-1) as number, b.shape.at(-1) as number]
  const shape = broadcastShape([a.shape.slice(0, -1), b.shape.slice(0, -1)], layer)
  const flat = p === 2 && q === 2
  const indices = [a, b].map((x) => broadcastIndices(x.shape.slice(0, -1), shape))
  const results = [{ shape: flat ? shape : [...shape, 3], dtype }]
  const y = numericOp(context, 'cross', [a, b], results, ([u, v], [to]) => {
    for (let i = 0; i < elementCount(shape); i++) {
      const [s, t] = [(indices[0]?.[i] ?? i) * p, (indices[1]?.[i] ?? i) * q]
      const [u0, u1, u2] = [u![s]!, u![s + 1]!, p === 3 ? u![s + 2]! : 0]
      const [v0, v1, v2] = [v![t]!, v![t + 1]!, q === 3 ? v![t + 2]! : 0]
      const z = u0 * v1 - u1 * v0
      if (flat) to![i] = z
      else {
        to![i * 3] = u1 * v2 - u2 * v1
        to![i * 3 + 1] = u2 * v0 - u0 * v2
        to![i * 3 + 2] = z
      }
    }
  })[0] as Value
  if (flat) return y
  const rank = y.shape.length
  const at = resolveAxis(axes[2] as number, rank, layer)
  const rest = [...Array(rank - 1).keys()]
  return transposeTo(context, layer, y, [...rest.slice(0, at), rank - 1, ...rest.slice(at)])
}

function kron(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const [first, second] = [tensorOf(context, given, 'x1'), tensorOf(context, given, 'x2')]
  const dtype = meet(layer, [first, second])
  const rank = Math.max(first.shape.length, second.shape.length)
  const [a, b] = [first, second].map((x) => withRank(context, cast(context, x, dtype), rank)) as [
    Value,
    Value,
  ]
  const left = context.view(
    a,
    a.shape.flatMap((size) => [size, 1]),
  )
  const right = context.view(
    b,
    b.shape.flatMap((size) => [1, size]),
  )
  const y = meeting(context, layer, 'multiply', [left, right], dtype)
  return context.view(
    y,
    a.shape.map((size, i) => size * (b.shape[i] as number)),
  )
}

function correlate(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const [first, second] = [given.tensor('x1'), given.tensor('x2')]
  const dtype = resultType(first.dtype, second.dtype, 'float') ?? 'float32'
  const [a, b] = [first, second].map((x) => cast(context, x, dtype)) as [Value, Value]
  const [n, m] = [a.shape[0] as number, b.shape[0] as number]
  if (a.shape.length !== 1 || b.shape.length !== 1)
    throw new ModelError('correlate', {
      layer: layer.name,
      expected: 'rank 1',
      got: `${a.shape.length}`,
    })
  const mode = given.text('mode', 'valid')
  const full = n + m - 1
  const length = mode === 'full' ? full : mode === 'same' ? Math.max(n, m) : Math.abs(n - m) + 1
  const from = Math.floor((full - length) / 2)
  if (!['full', 'same', 'valid'].includes(mode)) throw unsupported(layer, 'mode', mode)
  return numericOp(context, 'correlate', [a, b], [{ shape: [length], dtype }], ([u, v], [y]) => {
    for (let i = 0; i < length; i++) {
      const shift = from + i - (m - 1)
      const terms: number[] = []
      for (let k = 0; k < m; k++) {
        const at = shift + k
        if (at >= 0 && at < n) terms.push(u![at]! * v![k]!)
      }
      y![i] = preciseSum(terms)
    }
  })[0] as Value
}

function corrcoef(context: LowerContext, _layer: Layer, given: OpArguments): Value {
  const own = given.tensor('x')
  const x = cast(context, own, floatOf(own))
  const [rows = 1, columns = 1] = x.shape.length === 1 ? [1, x.shape[0]] : x.shape
  const results = [{ shape: x.shape.length === 1 ? [] : [rows, rows], dtype: x.dtype }]
  return numericOp(context, 'corrcoef', [x], results, ([a], [y]) => {
    const lines = Array.from({ length: rows }, (_, i) => {
      const line = Array.from(a!.subarray(i * columns, (i + 1) * columns))
      const mean = preciseSum(line) / columns
      return line.map((e) => e - mean)
    })
    const dot = (p: readonly number[], q: readonly number[]): number =>
      preciseSum(p.map((e, i) => e * q[i]!))
    for (let i = 0; i < y!.length; i++) {
      const [p, q] = [lines[Math.floor(i / rows)]!, lines[i % rows]!]
      y![i] = Math.max(-1, Math.min(1, dot(p, q) / Math.sqrt(dot(p, p)) / Math.sqrt(dot(q, q))))
    }
  })[0] as Value
}

const outer: GeneralOp = general('x1 x2', '', (context, layer, given) => {
  const terms = [tensorOf(context, given, 'x1'), tensorOf(context, given, 'x2')]
  const dtype = meet(layer, terms)
  const [a, b] = terms.map((x) => cast(context, x, dtype)) as [Value, Value]
  const left = context.view(a, [elementCount(a.shape), 1])
  const right = context.view(b, [1, elementCount(b.shape)])
  return meeting(context, layer, 'multiply', [left, right], dtype)
})

export const products: GeneralOps = {
  matmul: typed('matmul', matmulDtype),
  dot: {
    ...typed('dot', meet),
    lower(context, layer, given) {
      const terms = [termOf(context, given, 'x1'), termOf(context, given, 'x2')] as const
      if (terms.some((term) => isScalar(term) || term.shape.length === 0))
        return [meeting(context, layer, 'multiply', terms, meet(layer, terms))]
      return typed('dot', meet).lower(context, layer, given)
    },
  },
  inner: typed('inner', meet),
  vdot: typed('vdot', meet),
  tensordot: typed('tensordot', meet),
  einsum: typed('einsum', meet),
  outer,
  cross: general('x1 x2', 'axisa axisb axisc axis', cross),
  kron: general('x1 x2', '', kron),
  correlate: general('x1 x2', 'mode', correlate),
  corrcoef: general('x', '', corrcoef),
}
