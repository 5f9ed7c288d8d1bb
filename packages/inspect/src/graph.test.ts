import type { Model } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import {
  drawGraph,
  layOutGraph,
  modelGraph,
  summaryMarkdown,
  summarize,
  tensorStatistics,
  ulpDistance,
} from './index.ts'

const ref = (call: number) =>
  ({ name: '', value: { kind: 'ref', ref: { call, output: 0 } } }) as const

/** input → inner(dense, dense) → add(inner, input), with the dense shared inside. */
function nestedModel(): Model {
  const input = {
    name: 'x',
    className: 'InputLayer',
    kind: 'input',
    input: { shape: [-1, 4], optional: false },
  }
  const dense = { name: 'inner/dense', className: 'Dense', kind: 'dense', dense: { units: 4 } }
  const port = (name: string, call: number) => ({
    name,
    value: { call, output: 0 },
    shape: [-1, 4],
    optional: false,
  })
  const inner = {
    name: 'inner',
    className: 'Functional',
    kind: 'submodel',
    submodel: {
      graph: {
        calls: [
          { layer: 0, arguments: [] },
          { layer: 1, arguments: [ref(0)] },
          { layer: 1, arguments: [ref(1)] },
        ],
        inputs: [port('x', 0)],
        outputs: [port('y', 2)],
      },
    },
  }
  const add = { name: 'add', className: 'Add', kind: 'merge', merge: {} }
  return {
    formatVersion: 1,
    name: 'nested',
    layers: [input, dense, inner, add],
    graph: {
      calls: [
        { layer: 0, arguments: [] },
        { layer: 2, arguments: [ref(0)] },
        { layer: 3, arguments: [ref(1), ref(0)] },
      ],
      inputs: [port('x', 0)],
      outputs: [port('y', 2)],
    },
    cases: [],
    shards: [],
    tensors: [],
  } as unknown as Model
}

const shapes = new Map([['x', [[-1, 4]]]])

describe('modelGraph', () => {
  it('shows a nested model as one node', () => {
    const { nodes, edges } = modelGraph(nestedModel(), shapes)
    expect(nodes.map(({ id, family, shape }) => [id, family, shape])).toEqual([
      ['x', 'input', '(None, 4)'],
      ['inner', 'model', ''],
      ['add', 'merge', ''],
    ])
    expect(edges).toEqual([
      { from: 'x', to: 'inner' },
      { from: 'inner', to: 'add' },
      { from: 'x', to: 'add' },
    ])
  })

  it('unfolds a nested model, its input being what it is called with; shared layers are counted', () => {
    const { nodes, edges } = modelGraph(nestedModel(), shapes, new Set(['inner']))
    expect(nodes.map(({ id, calls, inside }) => [id, calls, inside])).toEqual([
      ['x', 2, []],
      ['inner/dense', 2, ['inner']],
      ['inner/dense#2', 2, ['inner']],
      ['add', 1, []],
    ])
    expect(edges.map(({ from, to }) => `${from}→${to}`)).toEqual([
      'x→inner/dense',
      'inner/dense→inner/dense#2',
      'inner/dense#2→add',
      'x→add',
    ])
  })
})

describe('layOutGraph and drawGraph', () => {
  it('places every node below what it takes, without overlaps', () => {
    const { nodes, edges, frames } = layOutGraph(
      modelGraph(nestedModel(), shapes, new Set(['inner'])),
    )
    const at = new Map(nodes.map((node) => [node.id, node]))
    for (const { from, to } of edges) expect(at.get(to)!.y).toBeGreaterThan(at.get(from)!.y)
    expect(frames.map(({ name }) => name)).toEqual(['inner'])
  })

  it('escapes names', () => {
    const model = nestedModel()
    model.layers[3]!.name = '<script>&"'
    const svg = drawGraph(layOutGraph(modelGraph(model, shapes)))
    expect(svg).toContain('&lt;script&gt;&amp;&quot;')
    expect(svg).not.toContain('<script>')
  })
})

describe('figures', () => {
  it('gives statistics of finite elements', () => {
    const { min, max, mean, std, nonFinite, histogram } = tensorStatistics(
      [1, 2, 3, 4, NaN, Infinity],
      3,
    )
    expect([min, max, mean, nonFinite]).toEqual([1, 4, 2.5, 2])
    expect(std).toBeCloseTo(Math.sqrt(1.25))
    expect(histogram).toEqual([1, 1, 2])
  })

  it('counts units in the last place', () => {
    expect(ulpDistance(1, 1 + 2 ** -23, 'float32')).toBe(1)
  })

  it('writes the summary as Markdown', () => {
    expect(summaryMarkdown(summarize(nestedModel(), shapes))).toContain(
      '| inner | Functional | ? | 0 | x |',
    )
  })
})
