import type { GraphEdge, GraphNode } from '../graph.ts'

/** The centre of a node, in pixels. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** A section with places of its own, from the upper left corner on. */
export interface PlacedSection {
  readonly places: ReadonlyMap<string, Place>
  /** Points of each edge, from the lower side of a node to the upper side of another. */
  readonly points: ReadonlyMap<GraphEdge, readonly Place[]>
}

export const nodeHeight = 46
export const gaps = { beside: 22, below: 34 } as const

/** Room for the longest of the three lines, in letters of an average width; in steps, so that nodes alike are as wide. */
export function widthOf({ className, name, shape, calls, nested }: GraphNode): number {
  const beside = (calls > 1 ? 24 : 0) + (nested === undefined ? 0 : 24)
  const letters = Math.max(className.length * 8.3 + beside, name.length * 6.4, shape.length * 6.4)
  return Math.min(280, Math.max(110, Math.ceil((letters + 30) / 10) * 10))
}
