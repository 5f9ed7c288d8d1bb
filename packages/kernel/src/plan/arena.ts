import { alignUp } from '../memory.ts'

/** A buffer to place, with the steps during which it holds something (both ends included). */
export interface Lifetime {
  readonly byteLength: number
  readonly first: number
  readonly last: number
}

export interface ArenaLayout {
  /** Byte offset of each buffer, in the order given. */
  readonly offsets: readonly number[]
  readonly byteLength: number
  /** The largest number of bytes alive at one step: no layout can be smaller. */
  readonly lowerBound: number
}

/**
 * Places buffers in one arena so that buffers alive at the same time do not overlap: largest first, each at the lowest
 * offset where it fits (greedy by size, Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
 */
export function layOutArena(lifetimes: readonly Lifetime[]): ArenaLayout {
  const order = [...lifetimes.keys()].toSorted((a, b) => {
    const [left, right] = [lifetimes[a] as Lifetime, lifetimes[b] as Lifetime]
    return right.byteLength - left.byteLength || left.first - right.first || a - b
  })
  const offsets = lifetimes.map(() => 0)
  /** Buffers that have their place, by the spans of steps in which they live: a long plan has few in each. */
  const placed: number[][] = []
  let byteLength = 0
  for (const index of order) {
    const { first, last, byteLength: wanted } = lifetimes[index] as Lifetime
    const size = alignUp(wanted)
    const met = new Set<number>()
    for (let span = spanOf(first); span <= spanOf(last); span++) {
      const living = (placed[span] ??= [])
      for (const other of living) {
        const { first: from, last: to } = lifetimes[other] as Lifetime
        if (from <= last && first <= to) met.add(other)
      }
      living.push(index)
    }
    const startOf = (other: number): number => offsets[other] as number
    let offset = 0
    // In the order of their offsets, so that the first gap that is wide enough is the lowest.
    for (const other of [...met].toSorted((one, two) => startOf(one) - startOf(two))) {
      if (startOf(other) >= offset + size) break
      offset = Math.max(offset, startOf(other) + alignUp(lifetimes[other]?.byteLength ?? 0))
    }
    offsets[index] = offset
    byteLength = Math.max(byteLength, offset + size)
  }
  return { offsets, byteLength, lowerBound: peak(lifetimes) }
}

/** The span that a step is in; step -1 is before the first. */
function spanOf(step: number): number {
  return (step + 1) >> 6
}

function peak(lifetimes: readonly Lifetime[]): number {
  const changes = new Map<number, number>()
  const add = (step: number, bytes: number): void => {
    changes.set(step, (changes.get(step) ?? 0) + bytes)
  }
  for (const { byteLength, first, last } of lifetimes) {
    add(first, alignUp(byteLength))
    add(last + 1, -alignUp(byteLength))
  }
  let alive = 0
  let most = 0
  for (const [, bytes] of [...changes].toSorted(([a], [b]) => a - b)) {
    alive += bytes
    most = Math.max(most, alive)
  }
  return most
}
