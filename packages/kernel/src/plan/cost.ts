import type { Op } from './op.ts'

/** Rates of one thread of an ordinary machine; only their order of magnitude matters. */
const flopsPerNanosecond = 25
const bytesPerNanosecond = 6

/** Bytes an op reads and writes: its operands and weights, each once. */
export function bytesMoved(op: Op): number {
  let bytes = op.weightBytes ?? 0
  for (const { buffer } of [...op.reads, ...op.writes]) bytes += buffer.byteLength
  return bytes
}

/** Nanoseconds an op is expected to take on one thread. */
export function expectedTime(op: Op): number {
  return Math.max((op.flops ?? 0) / flopsPerNanosecond, bytesMoved(op) / bytesPerNanosecond)
}
