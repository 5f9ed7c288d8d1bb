import { describe, expect, test } from 'vitest'
import type { GraphNode, ModelGraph } from '../graph.ts'
import { layOutGraph, type GraphLayout, type PlacedNode } from './layout.ts'

function node(id: string, name = id): GraphNode {
  return {
    id,
    layer: 0,
    name,
    className: 'Dense',
    family: 'dense',
    shape: '(None, 4)',
    parameters: 0,
    calls: 1,
    nested: undefined,
    inside: [],
  }
}

/** "a>b b>c" */
function graphOf(text: string): ModelGraph {
  const edges = text.split(' ').map((edge) => {
    const [from = '', to = ''] = edge.split('>')
    return { from, to }
  })
  const ids = new Set(edges.flatMap(({ from, to }) => [from, to]))
  return { nodes: [...ids].map((id) => node(id)), edges }
}

/** Pairs of nodes that lie on each other, and edges that do not lead down from node to node. */
function faults({ nodes, edges, width, height }: GraphLayout): string[] {
  const found: string[] = []
  const sorted = nodes.toSorted((a, b) => a.y - b.y)
  for (const [k, a] of sorted.entries()) {
    for (const b of sorted.slice(k + 1)) {
      if (b.y >= a.y + a.height) break
      if (a.x < b.x + b.width && b.x < a.x + a.width) found.push(`${a.id} lies on ${b.id}`)
    }
    if (a.x < 0 || a.y < 0 || a.x + a.width > width || a.y + a.height > height)
      found.push(`${a.id} is outside`)
  }
  const at = new Map(nodes.map((placed) => [placed.id, placed]))
  for (const { from, to, points } of edges) {
    const [first, last] = [points[0], points.at(-1)]
    const [above, below] = [at.get(from), at.get(to)]
    if (!first || !last || !above || !below) found.push(`${from}→${to} has no line`)
    else if (!isOnBorder(first, above) || !isOnBorder(last, below))
      found.push(`${from}→${to} does not begin and end at its nodes`)
    else if (below.y < above.y + above.height) found.push(`${from}→${to} does not lead down`)
  }
  return found
}

function isOnBorder({ x, y }: { x: number; y: number }, placed: PlacedNode): boolean {
  const across = Math.abs(x - placed.x - placed.width / 2) - placed.width / 2
  const down = Math.abs(y - placed.y - placed.height / 2) - placed.height / 2
  return Math.abs(Math.max(across, down)) < 0.01
}

describe('layOutGraph', () => {
  test.each([
    ['a chain', 'a>b b>c c>d'],
    ['a residual block', 'a>b b>c c>d a>d d>e'],
    ['a second input that comes late', 'a>b b>c c>d d>f e>f f>g'],
    ['an input with a long way of its own', 'a>b b>m x>y y>z z>u u>m m>n'],
    ['a head beside the rest', 'a>b b>h h>i i>j j>k b>c c>d d>e e>f f>g'],
    ['two ends', 'a>b b>c c>d c>e'],
    ['two graphs', 'a>b b>c x>y y>z'],
    ['branches of unequal length', 'a>b a>c c>d d>e a>f b>g e>g f>g g>h g>i i>j h>j'],
  ])('%s', (_, text) => {
    expect(faults(layOutGraph(graphOf(text)))).toEqual([])
  })

  test('a graph without nodes', () => {
    expect(layOutGraph({ nodes: [], edges: [] })).toMatchObject({ width: 0, height: 0 })
  })

  test('a skip over 400 layers beside everything between', () => {
    const nodes = Array.from({ length: 400 }, (_, k) => node(`n${k}`))
    const edges = nodes.slice(1).map((_, k) => ({ from: `n${k}`, to: `n${k + 1}` }))
    for (let k = 0; k < 190; k += 10) edges.push({ from: `n${k}`, to: `n${399 - k}` })
    expect(faults(layOutGraph({ nodes, edges }))).toEqual([])
  })

  test('1,000 layers in less than 2 seconds', () => {
    const nodes = Array.from({ length: 1000 }, (_, k) => node(`n${k}`, `layer_${k}`))
    const edges = nodes
      .slice(1)
      .flatMap((_, k) => [
        { from: `n${k}`, to: `n${k + 1}` },
        ...(k % 3 === 0 && k + 3 < 1000 ? [{ from: `n${k}`, to: `n${k + 3}` }] : []),
      ])
    const start = performance.now()
    const placed = layOutGraph({ nodes, edges })
    expect(performance.now() - start).toBeLessThan(2000)
    expect(faults(placed)).toEqual([])
  })
})
