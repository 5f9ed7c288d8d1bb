import type { GraphLayout, PlacedNode } from '@dotplus/inspect'

export type Direction = 'up' | 'down' | 'left' | 'right'

/**
 * The layer to go to from another: up to what it takes, down to who takes it, sideways to the nearest beside it. The first
 * layer where none is selected.
 */
export function neighbour(
  { nodes, edges }: GraphLayout,
  from: string | undefined,
  direction: Direction,
): string | undefined {
  const here = nodes.find(({ name }) => name === from)
  if (!here) return nodes[0]?.name
  const byId = new Map(nodes.map((node) => [node.id, node]))
  if (direction === 'up' || direction === 'down') {
    const linked = edges.flatMap((edge) => {
      const [at, to] = direction === 'up' ? [edge.to, edge.from] : [edge.from, edge.to]
      return at === here.id ? (byId.get(to) ?? []) : []
    })
    return nearest(linked, here)?.name
  }
  const beside = nodes.filter(
    ({ id, x, y }) =>
      id !== here.id &&
      Math.abs(y - here.y) < 60 &&
      (direction === 'left' ? x < here.x : x > here.x),
  )
  return nearest(beside, here)?.name
}

function nearest(nodes: readonly PlacedNode[], to: PlacedNode): PlacedNode | undefined {
  const distance = ({ x, y }: PlacedNode): number => Math.hypot(x - to.x, y - to.y)
  return nodes.toSorted((a, b) => distance(a) - distance(b))[0]
}
