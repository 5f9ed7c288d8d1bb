import { grouped } from '../grouped.ts'
import type { GraphEdge, GraphNode, ModelGraph } from '../graph.ts'

/** Nodes between two that everything passes through, both included, in an order in which edges lead forward. */
export interface Section {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/**
 * Where a graph narrows to a single node: it can be laid out piece by piece between these, each ending at the node at
 * which the next begins. Networks narrow after every block, so that the pieces stay small however deep they are.
 */
export class NarrowPlaces {
  readonly #order: readonly GraphNode[]
  readonly #edges: readonly GraphEdge[]
  readonly #positions: ReadonlyMap<string, number>
  #bySource: ReadonlyMap<number, readonly GraphEdge[]> | undefined
  /** Positions of these nodes, ascending; the first and the last node are among them. */
  readonly positions: readonly number[]

  constructor(graph: ModelGraph) {
    this.#order = withLateSources(graph)
    this.#edges = graph.edges
    this.#positions = new Map(this.#order.map(({ id }, position) => [id, position]))
    this.positions = this.#narrow()
  }

  /** Nodes at positions that no edge passes over. */
  #narrow(): number[] {
    const count = this.#order.length
    // Edges that begin to pass over a position, less those that have ended before it.
    const changes = new Int32Array(count + 1)
    for (const edge of this.#edges) {
      const [from, to] = this.#ends(edge)
      if (to - from < 2) continue
      changes[from + 1] = (changes[from + 1] as number) + 1
      changes[to] = (changes[to] as number) - 1
    }
    const narrow: number[] = []
    let over = 0
    for (let position = 0; position < count; position++) {
      over += changes[position] as number
      if (over === 0 || position === count - 1) narrow.push(position)
    }
    return narrow
  }

  #ends({ from, to }: GraphEdge): readonly [number, number] {
    return [this.#positions.get(from) ?? 0, this.#positions.get(to) ?? 0]
  }

  /** The nodes from one position to another, both included, and the edges among them. */
  section(first: number, last: number): Section {
    return {
      nodes: this.#order.slice(first, last + 1),
      edges: this.#edgesFrom(first, last),
    }
  }

  #edgesFrom(first: number, last: number): GraphEdge[] {
    this.#bySource ??= grouped(this.#edges, (edge) => this.#ends(edge)[0])
    const edges: GraphEdge[] = []
    for (let position = first; position < last; position++) {
      for (const edge of this.#bySource.get(position) ?? [])
        if (this.#ends(edge)[1] <= last) edges.push(edge)
    }
    return edges
  }
}

/** The nodes in their order, inputs right before the first that takes them. */
function withLateSources({ nodes, edges }: ModelGraph): GraphNode[] {
  const taken = new Set(edges.map(({ to }) => to))
  const firstTaker = new Map<string, number>()
  const positions = new Map(nodes.map(({ id }, position) => [id, position]))
  for (const { from, to } of edges) {
    const position = positions.get(to) ?? 0
    firstTaker.set(from, Math.min(firstTaker.get(from) ?? Infinity, position))
  }
  const key = (node: GraphNode, position: number): number =>
    taken.has(node.id) ? position : (firstTaker.get(node.id) ?? position) - 0.5
  return nodes
    .map((node, position) => ({ node, key: key(node, position) }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ node }) => node)
}
