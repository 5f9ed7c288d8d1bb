import { Graph, layout } from '@dagrejs/dagre'
import { gaps, nodeHeight, widthOf, type Place, type PlacedSection } from './place.ts'
import type { Section } from './sections.ts'

/** Places of the nodes of a section and points of its edges, by their positions in it. */
interface Shape {
  readonly places: readonly Place[]
  readonly points: readonly (readonly Place[])[]
}

/**
 * Layers of nodes with as few crossings as can be found. Networks repeat their blocks: each is laid out once.
 */
export class LayeredSections {
  readonly #shapes = new Map<string, Shape>()

  place({ nodes, edges }: Section): PlacedSection {
    const positions = new Map(nodes.map(({ id }, position) => [id, position]))
    const widths = nodes.map(widthOf)
    const ends = edges.map(
      ({ from, to }) => [positions.get(from) ?? 0, positions.get(to) ?? 0] as const,
    )
    const key = `${widths.join()};${ends.join(' ')}`
    const shape = this.#shapes.get(key) ?? layOut(widths, ends)
    this.#shapes.set(key, shape)
    return {
      places: new Map(nodes.map(({ id }, k) => [id, shape.places[k] ?? { x: 0, y: 0 }])),
      points: new Map(edges.map((edge, k) => [edge, shape.points[k] ?? []])),
    }
  }
}

function layOut(widths: readonly number[], ends: readonly (readonly [number, number])[]): Shape {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'TB', nodesep: gaps.beside, ranksep: gaps.below })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const [position, width] of widths.entries())
    graph.setNode(`${position}`, { width, height: nodeHeight })
  for (const [from, to] of ends) graph.setEdge(`${from}`, `${to}`)
  layout(graph)
  const placeOf = ({ x, y }: Place): Place => ({ x, y })
  return {
    places: widths.map((_, position) => placeOf(graph.node(`${position}`))),
    points: ends.map(([from, to]) => (graph.edge(`${from}`, `${to}`).points ?? []).map(placeOf)),
  }
}
