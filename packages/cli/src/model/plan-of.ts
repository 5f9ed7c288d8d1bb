import { DotplusError } from '@dotplus/core'
import type { Explanation } from '@dotplus/node'
import { loadReadModel } from './load-model.ts'
import type { ReadModel } from './read-model.ts'

/** Size of free dimensions other than the batch. */
const freeSize = 64

/** How a call with a batch of one would run; undefined where the model cannot run. Nothing is run. */
export async function planOf(read: ReadModel): Promise<Explanation | undefined> {
  try {
    using model = await loadReadModel(read, 'exact')
    return model.explain(
      model.inputs.map(({ shape }) =>
        shape.map((size, axis) => size ?? (axis === 0 ? 1 : freeSize)),
      ),
    )
  } catch (error) {
    if (error instanceof DotplusError) return undefined
    throw error
  }
}
