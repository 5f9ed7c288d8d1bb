import { UnsupportedError } from '@dotplus/core'

import { isFloating, storageOf } from '../dtype/element-type.ts'
import type { ElementType, LowerContext, Value } from '../lower/context.ts'
import { isWide } from '../lower/host-op.ts'
import { mapElements, type Element } from './elementwise.ts'

const least32 = -(2 ** 31)
const least64 = -(2n ** 63n)

/**
 * How an element becomes one of another dtype. Fractions are cut off and integers wrap around; what an integer dtype
 * cannot hold of a float becomes its least number, as x86 and so TensorFlow do.
 */
function converter(from: ElementType, to: ElementType): (x: never) => Element {
  if (to === 'bool') return (x: number | bigint) => (x ? 1 : Number.isNaN(x) ? 1 : 0)
  if (isFloating(to)) return isWide(from) ? (x: bigint) => Number(x) : (x: number) => x
  if (isWide(to)) {
    if (isWide(from)) return (x: bigint) => x
    return (x: number) => (Math.abs(x) < 2 ** 64 ? BigInt(Math.trunc(x)) : least64)
  }
  if (isWide(from)) return (x: bigint) => Number(BigInt.asIntN(32, x))
  if (!isFloating(from)) return (x: number) => x | 0
  if (storageOf(to) === 'u32') return (x: number) => (Math.abs(x) < 2 ** 63 ? x : 0)
  return (x: number) => (Math.abs(x) < 2 ** 31 ? x : least32)
}

/** x in another dtype, as keras.ops.cast converts it. */
export function hostCast(context: LowerContext, x: Value, dtype: ElementType): Value {
  if (x.dtype === 'string' || dtype === 'string') {
    throw new UnsupportedError('a cast of strings', {
      layer: context.layer,
      got: `${x.dtype} to ${dtype}`,
    })
  }
  return mapElements(context, 'cast', x, dtype, converter(x.dtype, dtype))
}
