import type { Lifetime } from './arena.ts'
import type { Segment } from './liveness.ts'
import type { Buffer, Op } from './op.ts'

/** Result buffers that take the place of an operand, mapped to that operand's buffer. */
export function elide(
  ops: readonly Op[],
  segments: readonly Segment[],
  alive: Map<Buffer, Lifetime>,
  kept: ReadonlySet<Buffer>,
): Map<Buffer, Buffer> {
  const root = new Map<Buffer, Buffer>()
  const rootOf = (buffer: Buffer): Buffer => root.get(buffer) ?? buffer
  for (const { first, end, local } of segments) {
    for (let step = first; step < end; step++) {
      const op = ops[step] as Op
      const [read] = op.reads
      const [write] = op.writes
      if (!op.inPlace || !read || !write || read.buffer === write.buffer) continue
      if (read.buffer.address !== undefined) continue
      const from = rootOf(read.buffer)
      const life = alive.get(from) as Lifetime
      const own = alive.get(write.buffer) as Lifetime
      // In a tiled chain a buffer over all rows is in use until the chain's end.
      const lastUse = local.has(read.buffer) ? step : local.size > 0 ? end - 1 : step
      const sameSpan = local.has(read.buffer) === local.has(write.buffer)
      if (
        kept.has(from) ||
        life.last !== lastUse ||
        !sameSpan ||
        life.byteLength !== own.byteLength
      )
        continue
      root.set(write.buffer, from)
      alive.set(from, { ...life, last: Math.max(life.last, own.last) })
      alive.delete(write.buffer)
    }
  }
  return root
}
