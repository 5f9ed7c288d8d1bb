import { Graph, layout } from '@dagrejs/dagre'
import type { GraphEdge, GraphNode, ModelGraph } from './graph.ts'

/** A node with its place: the upper left corner and size, in pixels. */
export interface PlacedNode extends GraphNode {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** An edge as a line through points, from the lower side of a node to the upper side of another. */
export interface PlacedEdge extends GraphEdge {
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

/** The frame around the layers of an unfolded model. */
export interface PlacedFrame {
  readonly name: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface GraphLayout {
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
  readonly frames: readonly PlacedFrame[]
  readonly width: number
  readonly height: number
}

const nodeHeight = 46
const frameMargin = 12
/** Above this many nodes the ranker that walks every edge again and again takes seconds. */
const largeGraph = 400

/** Places for all nodes, inputs above outputs. */
export function layOutGraph({ nodes, edges }: ModelGraph): GraphLayout {
  const graph = new Graph()
  graph.setGraph({
    rankdir: 'TB',
    nodesep: 22,
    ranksep: 34,
    marginx: 20,
    marginy: 20,
    ...(nodes.length > largeGraph ? { ranker: 'longest-path' } : {}),
  })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const node of nodes) graph.setNode(node.id, { width: widthOf(node), height: nodeHeight })
  for (const { from, to } of edges) graph.setEdge(from, to)
  layout(graph)
  const placed = nodes.map((node): PlacedNode => {
    const { x, y, width, height } = graph.node(node.id)
    return { ...node, x: x - width / 2, y: y - height / 2, width, height }
  })
  const { width = 0, height = 0 } = graph.graph()
  return {
    nodes: placed,
    edges: edges.map((edge) => ({ ...edge, points: graph.edge(edge.from, edge.to).points ?? [] })),
    frames: framesOf(placed),
    width,
    height,
  }
}

/** Room for the longest of the three lines, in letters of an average width. */
function widthOf({ className, name, shape, calls, nested }: GraphNode): number {
  const beside = (calls > 1 ? 24 : 0) + (nested === undefined ? 0 : 24)
  const letters = Math.max(className.length * 8.3 + beside, name.length * 6.4, shape.length * 6.4)
  return Math.min(280, Math.max(110, letters + 30))
}

function framesOf(nodes: readonly PlacedNode[]): PlacedFrame[] {
  const members = new Map<string, PlacedNode[]>()
  for (const node of nodes)
    for (const name of node.inside) members.set(name, [...(members.get(name) ?? []), node])
  return [...members].map(([name, inside]) => {
    const left = Math.min(...inside.map(({ x }) => x)) - frameMargin
    const top = Math.min(...inside.map(({ y }) => y)) - frameMargin
    const right = Math.max(...inside.map(({ x, width }) => x + width)) + frameMargin
    const bottom = Math.max(...inside.map(({ y, height }) => y + height)) + frameMargin
    return { name, x: left, y: top, width: right - left, height: bottom - top }
  })
}
