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
  const placed: { offset: number; end: number; lifetime: Lifetime }[] = []
  let byteLength = 0
  for (const index of order) {
    const lifetime = lifetimes[index] as Lifetime
    const size = alignUp(lifetime.byteLength)
    let offset = 0
    // `placed` is sorted by offset, so the first gap that is wide enough is the lowest.
    for (const other of placed) {
      const together =
        other.lifetime.first <= lifetime.last && lifetime.first <= other.lifetime.last
      if (!together) continue
      if (other.offset >= offset + size) break
      offset = Math.max(offset, other.end)
    }
    offsets[index] = offset
    const entry = { offset, end: offset + size, lifetime }
    const at = placed.findIndex((other) => other.offset > offset)
    placed.splice(at < 0 ? placed.length : at, 0, entry)
    byteLength = Math.max(byteLength, entry.end)
  }
  return { offsets, byteLength, lowerBound: peak(lifetimes) }
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
