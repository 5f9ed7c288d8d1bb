import { ModelError } from '@dotplus/core'

import { isFloating } from '../dtype/element-type.ts'
import { crossBucket, hashBucket, hashKeyOf, type HashKey } from '../text/hash-bucket.ts'
import { cast } from './cast.ts'
import { computeDtypeOf } from './compute-dtype.ts'
import { onlyTensor, unsupported, type ElementType, type Lowering } from './context.ts'
import type { Element } from '../host/elementwise.ts'
import { encode } from './encoding.ts'
import { hostOp, isWide } from './host-op.ts'

interface Hashing {
  readonly buckets: number
  readonly mode: string
  readonly mask: string | undefined
  readonly key: HashKey | undefined
}

/** Whether an element equals the mask, which is text. */
function equalsMask(dtype: ElementType, mask: string): (element: Element | undefined) => boolean {
  if (dtype === 'string') return (element) => element === mask
  if (dtype === 'float64') return (element) => element === Number(mask)
  if (isFloating(dtype)) return (element) => element === Math.fround(Number(mask))
  return (element) => `${element}` === mask
}

/** An element as the text that is hashed. */
function textOf(dtype: ElementType): (element: Element | undefined) => string {
  return dtype === 'bool' ? (element) => (element ? 'true' : 'false') : (element) => `${element}`
}

/** Buckets of texts by FarmHash, or by SipHash where there is a key; numbers are hashed as text, fractions cut off. */
export const hashingLayer: Lowering<Hashing> = {
  anyDtype: true,
  prepare(layer) {
    if (layer.kind !== 'hashing') throw unsupported(layer, 'layer', layer.className)
    const { numBins, outputMode, maskValue, sparse, key } = layer.hashing
    if (sparse) throw unsupported(layer, 'a sparse output', 'sparse: true')
    // With one bucket Keras leaves the mask out.
    const mask = numBins > 1 ? maskValue : undefined
    return { buckets: numBins, mode: outputMode, mask, key: hashKeyOf(key) }
  },
  lower(context, { buckets, mode, mask, key }, call, layer) {
    const given = onlyTensor(call, layer)
    const squeezed = mode === 'one_hot' && given.shape.length > 1 && given.shape.at(-1) === 1
    const x = squeezed ? context.view(given, given.shape.slice(0, -1)) : given
    const whole = isFloating(x.dtype) ? cast(context, x, 'int64') : x
    const isMask = mask === undefined ? () => false : equalsMask(x.dtype, mask)
    const text = textOf(whole.dtype)
    const first = mask === undefined ? 0 : 1
    const results = [{ shape: x.shape, dtype: 'int64' as const }]
    const [indices = x] = hostOp(context, 'hash', [whole, x], results, ([from, asGiven], [to]) => {
      const y = to as BigInt64Array
      for (let i = 0; i < y.length; i++) {
        const bucket = isMask(asGiven?.[i])
          ? 0
          : first + hashBucket(text(from?.[i]), buckets - first, key)
        y[i] = BigInt(bucket)
      }
    })
    const dtype = computeDtypeOf(layer)
    if (mode === 'int') return [cast(context, indices, dtype)]
    return [encode(context, layer, indices, { mode, depth: buckets, dtype })]
  },
}

/** Buckets of several features taken together; each is of shape (batch) or (batch, 1). */
export const hashedCrossingLayer: Lowering<Hashing> = {
  anyDtype: true,
  prepare(layer) {
    if (layer.kind !== 'hashedCrossing') throw unsupported(layer, 'layer', layer.className)
    const { numBins, outputMode, sparse } = layer.hashedCrossing
    if (sparse) throw unsupported(layer, 'a sparse output', 'sparse: true')
    return { buckets: numBins, mode: outputMode, mask: undefined, key: undefined }
  },
  lower(context, { buckets, mode }, call, layer) {
    const features = call.tensors
    const [first] = features
    const fits =
      first !== undefined &&
      features.length > 1 &&
      (first.shape.length === 1 || (first.shape.length === 2 && first.shape[1] === 1)) &&
      features.every(
        ({ shape, dtype }) => shape.join() === first.shape.join() && !isFloating(dtype),
      )
    if (!fits) {
      throw new ModelError('features to cross', {
        layer: layer.name,
        expected: '2 or more of shape (batch) or (batch, 1), of strings or integers',
        got: features.map(({ shape, dtype }) => `(${shape.join(', ')}) ${dtype}`).join(', '),
      })
    }
    const results = [{ shape: first.shape, dtype: 'int64' as const }]
    const [indices = first] = hostOp(context, 'cross', features, results, (from, [to]) => {
      const y = to as BigInt64Array
      for (let i = 0; i < y.length; i++) {
        const crossed = from.map((elements, feature) => {
          const element = elements[i] as string | number | bigint
          return typeof element === 'string' || isWide(features[feature]?.dtype ?? 'string')
            ? (element as string | bigint)
            : BigInt(element)
        })
        y[i] = BigInt(crossBucket(crossed, buckets))
      }
    })
    const dtype = computeDtypeOf(layer)
    if (mode === 'int') return [cast(context, indices, dtype)]
    return [encode(context, layer, indices, { mode, depth: buckets, dtype })]
  },
}
