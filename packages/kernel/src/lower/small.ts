import { elementCount } from '@dotplus/core'

/** Elements up to which the time of an op in float64 does not show. */
const few = 256

/**
 * Whether an op over a value of this shape may take its time for accuracy. How long the batch and a sequence are does not
 * count: a row alone and a step alone have the bits they have among others.
 */
export function isSmall(shape: readonly number[], most: number = few): boolean {
  return elementCount(shape.slice(shape.length > 2 ? 2 : 1)) <= most
}
