import type { Value as GraphValue } from '@dotplus/core'
import type { CallArguments } from './context.ts'
import type { Passage } from './stream.ts'

function isWhole(key: GraphValue | undefined): boolean {
  if (key?.kind !== 'slice') return false
  const { start, stop, step } = key.slice
  return [start, stop, step].every((each) => each === undefined || each.kind === 'none')
}

/** What x[key] makes of a sequence x of this rank: its steps, the last of them, or nothing that steps can give. */
export function indexPassage(call: CallArguments, rank: number): Passage | undefined {
  const key = call.operands.find(({ name }, i) => name === 'key' || (name === '' && i === 1))?.value
  const given = key?.kind === 'list' ? key.list.items : key ? [key] : []
  if (given.some(({ kind }) => kind === 'none')) return undefined
  const at = given.findIndex(({ kind }) => kind === 'ellipsis')
  const whole: GraphValue = { kind: 'slice', slice: {} }
  const skipped = Array.from({ length: at < 0 ? 0 : rank - given.length + 1 }, () => whole)
  const keys = at < 0 ? given : [...given.slice(0, at), ...skipped, ...given.slice(at + 1)]
  const [batch = whole, time = whole] = keys
  if (!isWhole(batch)) return undefined
  if (isWhole(time)) return 'steps'
  const first = time.kind === 'slice' ? time.slice.start : time
  const ends =
    time.kind === 'integer' ||
    (time.kind === 'slice' &&
      isWhole({ kind: 'slice', slice: { ...time.slice, start: undefined } }))
  return ends && first?.kind === 'integer' && first.integer === -1 ? 'end' : undefined
}
