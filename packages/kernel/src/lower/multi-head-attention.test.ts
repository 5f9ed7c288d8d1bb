import type { Argument, Layer } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { instantiate } from '../instantiate.fixture.ts'
import type { Tensor } from '../model/tensor.ts'
import { randomFloats } from '../wasm/testing.ts'
import { input, modelOf, python } from './model.fixture.ts'

const [batch, targets, sources, width, heads, dim] = [2, 5, 7, 6, 4, 3]

interface Settings {
  readonly keyValueHeads?: number
  readonly causal?: boolean
  readonly window?: number
  readonly mask?: boolean
}

const kernels = (keyValueHeads: number): { shape: number[]; data: Float32Array }[] =>
  [
    [width, heads, dim],
    [width, keyValueHeads, dim],
    [width, keyValueHeads, dim],
    [heads, dim, width],
  ].map((shape, i) => ({
    shape,
    data: randomFloats(
      shape.reduce((a, b) => a * b, 1),
      i + 7,
    ),
  }))

async function attend(settings: Settings): Promise<Record<string, Tensor>> {
  const { keyValueHeads = heads, causal = false, window, mask = false } = settings
  const layer = {
    name: 'attention',
    className: 'MultiHeadAttention',
    kind: 'multiHeadAttention',
    multiHeadAttention: {
      numHeads: heads,
      numKeyValueHeads: keyValueHeads,
      keyDim: dim,
      valueDim: dim,
      attentionAxes: [],
      query: { equation: 'abc,cde->abde', kernel: 0 },
      key: { equation: 'abc,cde->abde', kernel: 1 },
      value: { equation: 'abc,cde->abde', kernel: 2 },
      output: { equation: 'abcd,cde->abe', kernel: 3 },
      slidingWindow: window,
      grouped: keyValueHeads !== heads,
    },
  } as Layer
  const given: Argument[] = [
    { name: 'query', value: input(0) },
    { name: 'value', value: input(1) },
    { name: 'key', value: python(null) },
    { name: 'return_attention_scores', value: python(true) },
    { name: 'use_causal_mask', value: python(causal) },
    { name: 'attention_mask', value: mask ? input(2) : python(null) },
  ]
  const ranks = mask ? [3, 3, 3] : [3, 3]
  using model = await instantiate(modelOf(layer, ranks, given, kernels(keyValueHeads), 2))
  return model.predict([query, value, allowed].slice(0, ranks.length)) as unknown as Record<
    string,
    Tensor
  >
}

const query: Tensor = {
  dtype: 'float32',
  data: randomFloats(batch * targets * width, 1),
  shape: [batch, targets, width],
}
const value: Tensor = {
  dtype: 'float32',
  data: randomFloats(batch * sources * width, 2),
  shape: [batch, sources, width],
}
const allowed: Tensor = {
  dtype: 'float32',
  data: randomFloats(batch * targets * sources, 3).map((v, i) => Number(v > 0 && i >= sources)),
  shape: [batch, targets, sources],
}

/** The formula, pair by pair in float64. */
function reference({
  keyValueHeads = heads,
  causal = false,
  window = Infinity,
  mask = false,
}: Settings): {
  y: Float64Array
  scores: Float64Array
} {
  const [wq, wk, wv, wo] = kernels(keyValueHeads).map(({ data }) => data) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const project = (
    x: Tensor,
    row: number,
    w: Float32Array,
    count: number,
    head: number,
    d: number,
  ): number => {
    let sum = 0
    for (let i = 0; i < width; i++)
      sum += x.data[row * width + i]! * w[(i * count + head) * dim + d]!
    return sum
  }
  const y = new Float64Array(batch * targets * width)
  const scores = new Float64Array(batch * heads * targets * sources)
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const shared = Math.floor(h / (heads / keyValueHeads))
      for (let t = 0; t < targets; t++) {
        const open = (s: number): boolean =>
          (!causal || s <= t) &&
          Math.abs(s - t) < window &&
          (!mask || allowed.data[(b * targets + t) * sources + s] !== 0)
        const logits = Array.from({ length: sources }, (_, s) => {
          let dot = 0
          for (let d = 0; d < dim; d++)
            dot +=
              project(query, b * targets + t, wq, heads, h, d) *
              project(value, b * sources + s, wk, keyValueHeads, shared, d)
          return open(s) ? dot / Math.sqrt(dim) : -Infinity
        })
        const max = Math.max(...logits)
        const terms = logits.map((v) => (max === -Infinity ? 0 : Math.exp(v - max)))
        const sum = terms.reduce((a, v) => a + v, 0)
        for (let s = 0; s < sources; s++) {
          const weight = sum === 0 ? 0 : terms[s]! / sum
          scores[((b * heads + h) * targets + t) * sources + s] = weight
          for (let d = 0; d < dim; d++) {
            const part = weight * project(value, b * sources + s, wv, keyValueHeads, shared, d)
            for (let o = 0; o < width; o++)
              y[(b * targets + t) * width + o]! += part * wo[(h * dim + d) * width + o]!
          }
        }
      }
    }
  }
  return { y, scores }
}

describe('MultiHeadAttention', () => {
  it.each([
    ['plain', {}],
    ['causal', { causal: true }],
    ['with a sliding window', { window: 2 }],
    ['causal with a sliding window', { causal: true, window: 3 }],
    ['with a mask that leaves one target nothing', { mask: true }],
    ['with every mask', { mask: true, causal: true, window: 4 }],
    ['with keys and values shared by two heads', { keyValueHeads: 2 }],
    ['with keys and values shared by all heads, causal', { keyValueHeads: 1, causal: true }],
  ] as const)('%s', async (_, settings) => {
    const { y0, y1 } = await attend(settings)
    const expected = reference(settings)
    expect(y0!.shape).toEqual([batch, targets, width])
    expect(y1!.shape).toEqual([batch, heads, targets, sources])
    expected.scores.forEach((v, i) => expect(y1!.data[i], `score ${i}`).toBeCloseTo(v, 5))
    expected.y.forEach((v, i) => expect(y0!.data[i], `element ${i}`).toBeCloseTo(v, 5))
  })
})
