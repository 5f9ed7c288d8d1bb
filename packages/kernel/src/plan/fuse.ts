import type { Buffer, Op } from './op.ts'

/**
 * Lets ops do the elementwise steps after them, as part of their own pass over the result.
 *
 * @param ops in order of execution
 * @param kept buffers that have to hold their own values when the plan ends
 */
export function fuse(ops: readonly Op[], kept: ReadonlySet<Buffer>): Op[] {
  const writers = new Map<Buffer, number[]>()
  const reads = new Map<Buffer, number>()
  for (const [index, op] of ops.entries()) {
    for (const { buffer } of op.writes) {
      const known = writers.get(buffer)
      if (known) known.push(index)
      else writers.set(buffer, [index])
    }
    for (const { buffer } of op.reads) reads.set(buffer, (reads.get(buffer) ?? 0) + 1)
  }
  const result: (Op | undefined)[] = [...ops]

  /** The op that alone makes all of `buffer` for a step at `at`, if it can be moved there. */
  const producerOf = (buffer: Buffer, y: Buffer, at: number): number | undefined => {
    const [index, ...others] = writers.get(buffer) ?? []
    const op = index === undefined ? undefined : result[index]
    if (!op?.withStep || others.length > 0 || reads.get(buffer) !== 1) return undefined
    if (kept.has(buffer) || buffer.address !== undefined) return undefined
    if (buffer.byteLength !== y.byteLength) return undefined
    const unchanged = op.reads.every((read) =>
      (writers.get(read.buffer) ?? []).every((writer) => writer < (index as number) || writer > at),
    )
    return unchanged ? index : undefined
  }

  for (const [at, op] of ops.entries()) {
    const { step } = op
    const y = op.writes[0]?.buffer
    if (!step || !y) continue
    const operands = op.reads.map(({ buffer }) => buffer)
    // The later of two operands is moved the least.
    const candidates = operands
      .map((buffer, i) => ({ index: producerOf(buffer, y, at), addend: operands[1 - i] }))
      .toSorted((a, b) => (b.index ?? -1) - (a.index ?? -1))
    for (const { index, addend } of candidates) {
      if (index === undefined) continue
      const producer = result[index] as Op
      const fused = producer.withStep?.(step, y, addend)
      if (!fused) continue
      result[at] = { ...fused, layer: producer.layer }
      result[index] = undefined
      writers.delete(producer.writes[0]?.buffer as Buffer)
      for (const { buffer } of producer.writes.slice(1)) writers.set(buffer, [at])
      break
    }
  }
  return result.filter((op) => op !== undefined)
}
