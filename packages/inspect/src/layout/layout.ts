import type { GraphEdge, GraphNode, ModelGraph } from '../graph.ts'
import { placeWithLanes } from './lanes.ts'
import { LayeredSections } from './layered.ts'
import { nodeHeight, widthOf, type Place, type PlacedSection } from './place.ts'
import { NarrowPlaces, type Section } from './sections.ts'

/** A node with its place: the upper left corner and size, in pixels. */
export interface PlacedNode extends GraphNode {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** An edge as a line through points, from the lower side of a node to the upper side of another. */
export interface PlacedEdge extends GraphEdge {
  readonly points: readonly Place[]
}

/** The frame around the layers of an unfolded model, of one of its calls. */
export interface PlacedFrame {
  /** The call: its name, with "#2" behind it for the second. */
  readonly id: string
  /** The nested model. */
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

const frameMargin = 12
const margin = 20
/** A section of more nodes than this would take seconds, and more stack than a worker has, to be laid out well. */
const largeSection = 250

/** Places for all nodes, inputs above outputs. */
export function layOutGraph(graph: ModelGraph): GraphLayout {
  const { places, points } = stacked(new NarrowPlaces(graph))
  const nodes = graph.nodes.map((node): PlacedNode => {
    const { x, y } = places.get(node.id) ?? { x: 0, y: 0 }
    const width = widthOf(node)
    return { ...node, x: x - width / 2, y: y - nodeHeight / 2, width, height: nodeHeight }
  })
  const edges = graph.edges.map((edge): PlacedEdge => ({ ...edge, points: points.get(edge) ?? [] }))
  return fromTheCorner({ nodes, edges, frames: framesOf(nodes) })
}

/** Sections one below the other, each hung on the node at which the one above it ends. */
function stacked(graph: NarrowPlaces): PlacedSection {
  const places = new Map<string, Place>()
  const points = new Map<GraphEdge, readonly Place[]>()
  const { positions } = graph
  const layers = new LayeredSections()
  const put: {
    readonly first: number
    readonly placed: PlacedSection
    readonly section: Section
  }[] = []
  let first = 0
  let next = 1
  do {
    const from = positions[first] ?? 0
    const section = graph.section(from, positions[next] ?? from)
    const placed =
      section.nodes.length > largeSection ? placeWithLanes(section) : layers.place(section)
    const isLast = next >= positions.length - 1
    // What reaches above the first or below the last node would lie on the sections beside.
    if (!isLast && !isLowest(section, placed)) {
      next += 1
      continue
    }
    const above = put.at(-1)
    if (above && !isHighest(section, placed)) {
      put.pop()
      first = above.first
      continue
    }
    put.push({ first, placed, section })
    first = next
    next += 1
  } while (next < positions.length)
  for (const { placed, section } of put) {
    const [top] = section.nodes
    const hung = places.get(top?.id ?? '')
    const own = placed.places.get(top?.id ?? '')
    const shift = hung && own ? { x: hung.x - own.x, y: hung.y - own.y } : { x: 0, y: 0 }
    for (const [id, place] of placed.places) places.set(id, moved(place, shift))
    for (const [edge, line] of placed.points)
      points.set(
        edge,
        line.map((point) => moved(point, shift)),
      )
  }
  return { places, points }
}

function moved({ x, y }: Place, shift: Place): Place {
  return { x: x + shift.x, y: y + shift.y }
}

function isLowest({ nodes }: Section, { places }: PlacedSection): boolean {
  const last = nodes.at(-1)?.id ?? ''
  const bottom = places.get(last)?.y ?? 0
  return [...places].every(([id, { y }]) => id === last || y < bottom)
}

function isHighest({ nodes }: Section, { places }: PlacedSection): boolean {
  const top = places.get(nodes[0]?.id ?? '')?.y ?? 0
  return [...places.values()].every(({ y }) => y >= top)
}

/** One frame for each call of an unfolded model. */
function framesOf(nodes: readonly PlacedNode[]): PlacedFrame[] {
  const members = new Map<string, PlacedNode[]>()
  for (const node of nodes) {
    for (const call of node.inside) {
      const group = members.get(call)
      if (group) group.push(node)
      else members.set(call, [node])
    }
  }
  return [...members].map(([id, inside]) => {
    const extent = new Extent()
    for (const { x, y, width, height } of inside) extent.add(x, y, x + width, y + height)
    const { left, top, right, bottom } = extent
    return {
      id,
      name: id.replace(/#\d+$/, ''),
      x: left - frameMargin,
      y: top - frameMargin,
      width: right - left + 2 * frameMargin,
      height: bottom - top + 2 * frameMargin,
    }
  })
}

/** The smallest rectangle around others. */
class Extent {
  left = Infinity
  top = Infinity
  right = -Infinity
  bottom = -Infinity

  add(left: number, top: number, right: number, bottom: number): void {
    this.left = Math.min(this.left, left)
    this.top = Math.min(this.top, top)
    this.right = Math.max(this.right, right)
    this.bottom = Math.max(this.bottom, bottom)
  }
}

/** The drawing moved so that it begins at the margin. */
function fromTheCorner({
  nodes,
  edges,
  frames,
}: Pick<GraphLayout, 'nodes' | 'edges' | 'frames'>): GraphLayout {
  const extent = new Extent()
  for (const { x, y, width, height } of [...nodes, ...frames])
    extent.add(x, y, x + width, y + height)
  for (const { points } of edges) for (const { x, y } of points) extent.add(x, y, x, y)
  if (extent.left > extent.right) return { nodes, edges, frames, width: 0, height: 0 }
  const shift = { x: margin - extent.left, y: margin - extent.top }
  return {
    nodes: nodes.map((node) => ({ ...node, ...moved(node, shift) })),
    edges: edges.map((edge) => ({
      ...edge,
      points: edge.points.map((point) => moved(point, shift)),
    })),
    frames: frames.map((frame) => ({ ...frame, ...moved(frame, shift) })),
    width: extent.right - extent.left + 2 * margin,
    height: extent.bottom - extent.top + 2 * margin,
  }
}
