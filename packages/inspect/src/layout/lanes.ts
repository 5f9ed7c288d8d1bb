import { grouped } from '../grouped.ts'
import type { GraphEdge } from '../graph.ts'
import { gaps, nodeHeight, widthOf, type Place, type PlacedSection } from './place.ts'
import type { Section } from './sections.ts'

const laneWidth = 12

/**
 * Layers of nodes, with edges over more than one layer in lanes to the right: in time that grows with nodes and edges
 * alone, for sections that are large because something passes over all of them.
 */
export function placeWithLanes({ nodes, edges }: Section): PlacedSection {
  const into = grouped(edges, ({ to }) => to)
  const ranks = new Map<string, number>()
  for (const { id } of nodes) {
    const above = (into.get(id) ?? []).map(({ from }) => ranks.get(from) ?? 0)
    ranks.set(id, above.length === 0 ? 0 : Math.max(...above) + 1)
  }
  const rankOf = (id: string): number => ranks.get(id) ?? 0
  const places = new Map<string, Place>()
  let right = 0
  for (const [rank, row] of grouped(nodes, ({ id }) => rankOf(id))) {
    // Each near the nodes it takes from, in their order.
    const wanted = (id: string): number => {
      const above = (into.get(id) ?? []).flatMap(({ from }) => places.get(from)?.x ?? [])
      return above.reduce((sum, x) => sum + x, 0) / Math.max(1, above.length)
    }
    const ordered = row
      .map((node) => ({ node, width: widthOf(node), x: wanted(node.id) }))
      .toSorted((a, b) => a.x - b.x)
    const total = ordered.reduce((sum, { width }) => sum + width + gaps.beside, -gaps.beside)
    const middle = ordered.reduce((sum, { x }) => sum + x, 0) / ordered.length
    let left = middle - total / 2
    const y = nodeHeight / 2 + rank * (nodeHeight + gaps.below)
    for (const { node, width } of ordered) {
      places.set(node.id, { x: left + width / 2, y })
      left += width + gaps.beside
      right = Math.max(right, left)
    }
  }
  return { places, points: routed(edges, places, rankOf, right) }
}

function routed(
  edges: readonly GraphEdge[],
  places: ReadonlyMap<string, Place>,
  rankOf: (id: string) => number,
  right: number,
): Map<GraphEdge, Place[]> {
  const points = new Map<GraphEdge, Place[]>()
  /** Rank from which on each lane is free. */
  const lanes: number[] = []
  for (const edge of edges.toSorted((a, b) => rankOf(a.from) - rankOf(b.from))) {
    const from = places.get(edge.from) ?? { x: 0, y: 0 }
    const to = places.get(edge.to) ?? { x: 0, y: 0 }
    const start = { x: from.x, y: from.y + nodeHeight / 2 }
    const end = { x: to.x, y: to.y - nodeHeight / 2 }
    if (rankOf(edge.to) - rankOf(edge.from) <= 1) {
      points.set(edge, [start, { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 }, end])
      continue
    }
    const free = lanes.findIndex((until) => until <= rankOf(edge.from))
    const lane = free < 0 ? lanes.length : free
    lanes[lane] = rankOf(edge.to)
    const x = right + lane * laneWidth
    const turn = gaps.below / 2
    points.set(edge, [start, { x, y: start.y + turn }, { x, y: end.y - turn }, end])
  }
  return points
}
