import { exp, log1p } from '../double.ts'
import type { Numbers } from '../numeric.ts'
import type { Float64Function } from '../../lower/host-op.ts'

/** Logarithms of the probabilities of a prefix: whatever its last step was, ending in a blank, in its label. */
interface Beliefs {
  total: number
  blank: number
  label: number
}

interface Prefix {
  readonly label: number
  readonly parent: Prefix | undefined
  readonly children: Map<number, Prefix>
  before: Beliefs
  now: Beliefs
}

const never = (): Beliefs => ({ total: -Infinity, blank: -Infinity, label: -Infinity })

/** A decoded sequence of labels and the logarithm of its probability. */
export interface Decoded {
  readonly labels: readonly number[]
  readonly score: number
}

/**
 * Prefix beam search over steps of logits (steps, classes), as TensorFlow's decoder does it: the beam is filled up as
 * prefixes are met, the least probable one leaves when it is full.
 *
 * Source: Graves, Supervised Sequence Labelling with Recurrent Neural Networks, 2012, section 7.5.
 *
 * @returns the most probable sequences first, at most `count`
 */
export function beamSearch(
  f: Float64Function,
  logits: Numbers,
  steps: number,
  classes: number,
  blank: number,
  width: number,
  count: number,
): Decoded[] {
  const root: Prefix = {
    label: -1,
    parent: undefined,
    children: new Map(),
    before: never(),
    now: { total: 0, blank: 0, label: -Infinity },
  }
  const both = (a: number, b: number): number => {
    const [high, low] = a > b ? [a, b] : [b, a]
    return low === -Infinity ? high : high + log1p(f, exp(f, low - high))
  }
  let beam: Prefix[] = [root]
  const lowest = (): Prefix => beam.reduce((a, b) => (b.now.total < a.now.total ? b : a))
  const fits = (total: number): boolean =>
    total > -Infinity && (beam.length < width || total > lowest().now.total)
  for (let t = 0; t < steps; t++) {
    const line = logits.subarray(t * classes, (t + 1) * classes)
    const norm = line.reduce((a, b) => both(a, b), -Infinity)
    const branches = beam.toSorted((a, b) => b.now.total - a.now.total)
    for (const prefix of branches) prefix.before = { ...prefix.now }
    for (const { label, parent, before, now } of branches) {
      if (parent) {
        if (parent.now.total !== -Infinity)
          now.label = both(
            now.label,
            label === parent.label ? parent.before.blank : parent.before.total,
          )
        now.label += line[label]! - norm
      }
      now.blank = before.total + line[blank]! - norm
      now.total = both(now.blank, now.label)
    }
    beam = [...branches]
    for (const prefix of branches) {
      if (!fits(prefix.before.total)) continue
      for (let label = 0; label < classes; label++) {
        if (label === blank) continue
        let child = prefix.children.get(label)
        if (child && child.now.total !== -Infinity) continue
        child ??= { label, parent: prefix, children: new Map(), before: never(), now: never() }
        prefix.children.set(label, child)
        const from = label === prefix.label ? prefix.before.blank : prefix.before.total
        const total = line[label]! - norm + from
        child.before = never()
        child.now = never()
        if (!fits(total)) continue
        child.now = { total, blank: -Infinity, label: total }
        if (beam.length === width) {
          const last = lowest()
          beam.splice(beam.indexOf(last), 1)
          last.now = never()
        }
        beam.push(child)
      }
    }
  }
  return beam
    .toSorted((a, b) => b.now.total - a.now.total)
    .slice(0, count)
    .map((prefix) => ({ labels: labelsOf(prefix), score: prefix.now.total }))
}

function labelsOf(prefix: Prefix): number[] {
  const labels: number[] = []
  for (let at: Prefix | undefined = prefix; at?.parent; at = at.parent) labels.unshift(at.label)
  return labels
}
