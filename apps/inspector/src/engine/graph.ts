import { layOutGraph, modelGraph, type GraphLayout } from '@dotplus/inspect'
import type { Session } from './open.ts'

/** Places of all nodes, with these nested models unfolded. */
export function graphLayout({ model, shapes }: Session, unfolded: readonly string[]): GraphLayout {
  return layOutGraph(modelGraph(model, shapes, new Set(unfolded)))
}
