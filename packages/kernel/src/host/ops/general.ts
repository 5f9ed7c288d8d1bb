import type { Layer } from '@dotplus/core'

import type { LowerContext, Value } from '../../lower/context.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'

/** How a function of keras.ops is lowered for tensors of any dtype. */
export interface GeneralOp {
  /** Arguments of the call, in the order of the function's signature. */
  readonly parameters: readonly string[]
  /** Static settings beside them. */
  readonly settings: readonly string[]
  /** Makes tensors of Python's numbers, of float32 or int32, so that these do not give way to other dtypes. */
  readonly convertsNumbers?: boolean
  lower(context: LowerContext, layer: Layer, given: OpArguments): Value[]
}

export type GeneralOps = Readonly<Record<string, GeneralOp>>

const words = (text: string): string[] => (text === '' ? [] : text.split(' '))

/** A function with its arguments and settings, each a list of names. */
export function general(
  parameters: string,
  settings: string,
  lower: (context: LowerContext, layer: Layer, given: OpArguments) => Value | readonly Value[],
): GeneralOp {
  return {
    parameters: words(parameters),
    settings: words(settings),
    lower: (context, layer, given) => [lower(context, layer, given)].flat(),
  }
}
