import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { decode } from '@dotplus/core'
import { instantiate, type LoadedModel, type Tensor } from '@dotplus/kernel'
import { compressedKernels } from '@dotplus/kernel/compressed'
import { describe, expect, test } from 'vitest'
import { findCases } from './cases/find.ts'
import { prepareCase } from './cases/prepare.ts'

const folder = fileURLToPath(new URL('../../../test-fixtures/cases', import.meta.url))
const kernels = compressedKernels({
  text: (digits, encoding) => Buffer.from(digits, encoding),
  brotli: brotliDecompressSync,
})
const cases = (await findCases({ name: '', folder })).filter(({ name }) =>
  name.startsWith('stream-attention'),
)

type Sequence = Tensor

/** Steps `start` to `end` of a sequence (batch, steps, …). */
function part({ data, shape, dtype }: Sequence, start: number, end: number): Sequence {
  const [batch = 0, steps = 0, ...rest] = shape
  const width = rest.reduce((product, size) => product * size, 1)
  const rows = Array.from({ length: batch }, (_, i) =>
    Array.from(data.subarray((i * steps + start) * width, (i * steps + end) * width)),
  )
  const own = new (data.constructor as Float32ArrayConstructor)(rows.flat())
  return { data: own, shape: [batch, end - start, ...rest], dtype }
}

function outputsOf(y: unknown): Sequence[] {
  return (y as Sequence).data ? [y as Sequence] : Object.values(y as Record<string, Sequence>)
}

/** Lengths of the parts that a sequence is cut into: whole windows, few and many at a time. */
function cuts(steps: number, window: number): number[][] {
  const cutting = (lengths: readonly number[]): number[] => {
    const parts: number[] = []
    for (let left = steps, i = 0; left > 0; i++) {
      const some = Math.min((lengths[i % lengths.length] as number) * window, left)
      parts.push(some)
      left -= some
    }
    return parts
  }
  return [[1], [steps], [1, steps], [3, 1, 2], [2, 25, 1, 1]].map(cutting)
}

function expectSteps(model: LoadedModel, x: Sequence, lengths: readonly number[]): void {
  const whole = outputsOf(model.predict(x))
  const steps = x.shape[1] as number
  let state = {}
  for (let at = 0, i = 0; at < steps; at += lengths[i] as number, i++) {
    const end = at + (lengths[i] as number)
    const result = model.step(part(x, at, end), state)
    state = result.state
    for (const [number, y] of outputsOf(result.y).entries()) {
      const all = whole[number] as Sequence
      const rate = (all.shape[1] as number) / steps
      const hasSteps = all.shape.length > 2
      if (hasSteps) expect(y).toEqual(part(all, at * rate, end * rate))
      else if (end === steps) expect(y).toEqual(all)
    }
  }
}

describe.each(cases.map((found) => [found.name, found] as const))('%s', (name, found) => {
  test.each(['exact', 'fast'] as const)(
    'has the bits of the whole sequence, however it is cut: %s',
    async (precision) => {
      const { model: bytes, data } = await prepareCase(found)
      using model = await instantiate(decode(bytes.slice()), kernels, { precision })
      const [x] = data.inputs[0] as unknown as [Sequence]
      for (const lengths of cuts(x.shape[1] as number, name.endsWith('twice') ? 2 : 1))
        expectSteps(model as LoadedModel, x, lengths)
    },
  )
})

test('a table of positions ends a sequence', async () => {
  const found = cases.find(({ name }) => name.endsWith('generator'))
  const { model: bytes, data } = await prepareCase(found as (typeof cases)[number])
  using model = await instantiate(decode(bytes.slice()), kernels)
  const [x] = data.inputs[0] as unknown as [Sequence]
  const { state } = model.step(x)
  expect(() => model.step(part(x, 0, 1), state)).toThrow(
    'steps of a sequence: expected 30 at most, with those before, got 31',
  )
})

test('there are cases', () => {
  expect(cases.length).toBeGreaterThan(6)
})
