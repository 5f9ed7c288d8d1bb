import { cast } from '../../lower/cast.ts'
import type { LowerContext, Value } from '../../lower/context.ts'
import { dynamicSize } from '../../lower/dynamic-size.ts'
import { hostOp } from '../../lower/host-op.ts'
import { stepsOf } from '../../lower/strided.ts'

/** Places of what is not 0, axis by axis. */
export function nonzero(context: LowerContext, x: Value): Value[] {
  const truth = cast(context, x, 'bool')
  const count = dynamicSize(context, truth, (elements) =>
    (elements as Int32Array).reduce((sum, e) => sum + e, 0),
  )
  const steps = stepsOf(x.shape)
  const results = x.shape.map(() => ({ shape: [count], dtype: 'int32' as const }))
  return hostOp(context, 'nonzero', [truth], results, ([a], targets) => {
    let to = 0
    for (const [i, e] of (a as Int32Array).entries()) {
      if (e === 0) continue
      for (const [axis, target] of targets.entries())
        (target as Int32Array)[to] = Math.floor(i / steps[axis]!) % x.shape[axis]!
      to += 1
    }
  })
}
