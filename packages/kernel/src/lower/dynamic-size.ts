import type { FoundSize } from '../plan/op.ts'
import type { LowerContext, Value } from './context.ts'
import { hostOp, type HostElements } from './host-op.ts'
import { SizeUnknown } from './size-unknown.ts'

/**
 * A size that x's elements decide. Where it is not known yet, lowering stops here; the plan so far finds it, and
 * lowering begins again. Where it is, the plan checks that it still holds.
 *
 * @throws {SizeUnknown} caught where plans are made
 */
export function dynamicSize(
  context: LowerContext,
  x: Value,
  measure: (elements: HostElements) => number,
): number {
  const index = context.nextSize()
  const known = context.sizes[index]
  hostOp(context, 'measure', [x], [], ([elements]): FoundSize | undefined => {
    const size = measure(elements as HostElements)
    return size === known ? undefined : { index, size }
  })
  if (known === undefined) throw new SizeUnknown()
  return known
}
