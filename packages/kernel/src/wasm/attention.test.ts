import { describe, expect, test } from 'vitest'

import { attention } from '../reference/attention.ts'
import { attentionScratchBytes, writeAttention, type Band } from '../sequence-records.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { ATTENTION_TILE } from './layout.ts'
import { GuardedKernel, randomFloats } from './testing.ts'

interface Size {
  batch: number
  targets: number
  sources: number
  depth: number
  valueDepth: number
  heads: number
  repeats: number
}

const everything: Band = { below: Infinity, above: Infinity }

function run(kernel: GuardedKernel, size: Size, band: Band) {
  kernel.reset()
  const { batch, targets, sources, depth, valueDepth, heads, repeats } = size
  const keyHeads = heads / repeats
  const q = randomFloats(batch * targets * heads * depth, 1).map((x) => 3 * x)
  const k = randomFloats(batch * sources * keyHeads * depth, 2)
  const v = randomFloats(batch * sources * keyHeads * valueDepth, 3)
  const length = batch * targets * heads * valueDepth
  const addresses = { q: kernel.floats(q), k: kernel.floats(k), v: kernel.floats(v) }
  const y = kernel.bytes(length * 4)
  const scratch = kernel.bytes(attentionScratchBytes(size), 64)
  kernel.run(1, (program) =>
    writeAttention(program, 0, { ...size, ...addresses, rows: batch * heads, band, y, scratch }),
  )
  const truth = attention(size, q, k, v, band)
  const got = kernel.view(y, length).slice()
  return { got, worst: got.reduce((most, x, i) => Math.max(most, Math.abs(x - truth[i]!)), 0) }
}

describe.each([
  ['exact', exact],
  ['fast', fast],
])('%s', (_, module) => {
  const kernel = new GuardedKernel(module)
  const one: Size = {
    batch: 1,
    targets: 3,
    sources: 5,
    depth: 7,
    valueDepth: 6,
    heads: 1,
    repeats: 1,
  }

  test('attention is within 1e-6 of float64 around every tile edge', () => {
    for (const targets of [1, 2, ATTENTION_TILE - 1, ATTENTION_TILE, 2 * ATTENTION_TILE + 1])
      for (const sources of [1, 3, 4, 5, 8, 9, 16, 17, 33])
        expect(run(kernel, { ...one, targets, sources }, everything).worst).toBeLessThan(1e-6)
    for (const depth of [1, 2, 4, 11, 12, 17])
      for (const valueDepth of [1, 3, 4, 8, 13])
        expect(run(kernel, { ...one, depth, valueDepth }, everything).worst).toBeLessThan(1e-6)
  })

  test('heads, heads that share keys, and batches lie where they are said to', () => {
    for (const [batch, heads, repeats] of [
      [1, 4, 1],
      [3, 2, 1],
      [2, 6, 3],
      [2, 4, 4],
    ] as const)
      expect(run(kernel, { ...one, batch, heads, repeats }, everything).worst).toBeLessThan(1e-6)
  })

  test.each([
    ['causal', { below: Infinity, above: 0 }],
    ['a window', { below: 2, above: 1 }],
    ['a causal window', { below: 1, above: 0 }],
    ['one that leaves late targets nothing', { below: 0, above: 0 }],
  ])('keeps a band: %s', (__, band) => {
    for (const targets of [1, 5, 9, 27])
      expect(run(kernel, { ...one, targets, sources: 9 }, band).worst).toBeLessThan(1e-6)
  })

  test('a target of causal attention has the bits that it has in a longer sequence and in a part of one', () => {
    for (const depth of [7, 12]) {
      const size = {
        batch: 1,
        sources: 61,
        targets: 61,
        depth,
        valueDepth: 9,
        heads: 2,
        repeats: 2,
      }
      const row = size.heads * size.valueDepth
      const [q, k, v] = [2 * depth, depth, 9].map((width, i) => randomFloats(61 * width, i + 1))
      const attend = (targets: number, before: number, sources: number, room = sources) => {
        kernel.reset()
        const own = { ...size, targets, sources: room }
        const padded = (data: Float32Array, width: number): number => {
          const all = new Float32Array(room * width)
          all.set(data.subarray(0, sources * width))
          return kernel.floats(all)
        }
        const addresses = {
          q: kernel.floats(q!.slice(before * 2 * depth, (before + targets) * 2 * depth)),
          k: padded(k!, depth),
          v: padded(v!, 9),
          before: kernel.floats(Float32Array.of(before)),
        }
        const y = kernel.bytes(targets * row * 4)
        const scratch = kernel.bytes(attentionScratchBytes(own), 64)
        const band = { below: Infinity, above: 0 }
        kernel.run(1, (program) =>
          writeAttention(program, 0, { ...own, ...addresses, rows: 2, band, y, scratch }),
        )
        return kernel.view(y, targets * row).slice()
      }
      const whole = attend(61, 0, 61)
      for (const end of [1, 2, 7, 8, 9, 24, 25, 33, 60])
        expect(attend(end, 0, end)).toEqual(whole.slice(0, end * row))
      for (const [before, targets, room] of [
        [1, 1, 64],
        [6, 4, 16],
        [23, 30, 64],
        [60, 1, 61],
      ] as const) {
        const got = attend(targets, before, before + targets, room)
        expect(got).toEqual(whole.slice(before * row, (before + targets) * row))
      }
    }
  })

  test('a query alone has the bits it has among others', () => {
    const size = { ...one, targets: 1, sources: 40, depth: 32, valueDepth: 32 }
    const alone = run(kernel, size, everything).got
    const among = run(kernel, { ...size, targets: 31 }, everything).got
    expect(among.slice(0, 32)).toEqual(alone)
  })
})
