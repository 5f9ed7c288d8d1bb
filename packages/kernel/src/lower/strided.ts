import { elementCount } from '@dotplus/core'
import { bytesOf } from '../dtype/element-type.ts'
import { writeTranspose } from '../program.ts'
import { LowerContext, type Value } from './context.ts'
import { asWords, fromWords } from './words.ts'

/** Walks over the elements of a value: first element, and per axis a length and a step in elements, which may be negative. */
export interface Walk {
  readonly offset: number
  readonly lengths: readonly number[]
  readonly steps: readonly number[]
}

/** Elements between neighbours along each axis of a row-major shape. */
export function stepsOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)))
}

/** Joins neighbouring axes that one step can walk, and drops those of length 1. */
function joined({ lengths, steps }: Walk): { lengths: number[]; steps: number[] } {
  const result: { lengths: number[]; steps: number[] } = { lengths: [], steps: [] }
  for (const [axis, length] of lengths.entries()) {
    if (length === 1) continue
    const step = steps[axis] as number
    const last = result.lengths.length - 1
    if (last >= 0 && result.steps[last] === step * length) {
      result.lengths[last] = (result.lengths[last] as number) * length
      result.steps[last] = step
    } else {
      result.lengths.push(length)
      result.steps.push(step)
    }
  }
  if (result.lengths.length === 0) return { lengths: [1], steps: [1] }
  return result
}

/** The elements a walk passes, as a new value of its lengths; x itself where the walk is x from end to end. */
export function strided(context: LowerContext, x: Value, walk: Walk): Value {
  const shape = [...walk.lengths]
  const count = elementCount(shape)
  const { lengths, steps } = joined(walk)
  if (
    walk.offset === 0 &&
    count === elementCount(x.shape) &&
    lengths.length === 1 &&
    steps[0] === 1
  )
    return context.view(x, shape)
  if (bytesOf(x.dtype) === 8) {
    const words = strided(context, asWords(x), {
      offset: walk.offset * 2,
      lengths: [...walk.lengths, 2],
      steps: [...walk.steps.map((step) => step * 2), 1],
    })
    return fromWords(words, x.dtype)
  }
  const axes = Uint32Array.from([...lengths, ...steps.map((step) => step * 4)])
  return walkedAlong(context, 'strided', x, shape, axes, walk.offset * 4)
}

/**
 * A tensor of `shape` whose elements a walk through x visits: `axes` holds its lengths, then the bytes of its steps;
 * `offset` bytes into x it begins.
 */
export function walkedAlong(
  context: LowerContext,
  kind: string,
  x: Value,
  shape: readonly number[],
  axes: Uint32Array,
  offset = 0,
): Value {
  const y = context.value(shape, x.dtype)
  const count = elementCount(shape)
  if (count === 0) return y
  const table = context.constant(axes)
  const [read, write] = [context.operand(x, elementCount(x.shape)), context.operand(y, count)]
  context.push({
    kind,
    rows: 1,
    reads: [read],
    writes: [write],
    inPlace: false,
    tileable: false,
    emit: (program, index, place) =>
      writeTranspose(program, index, {
        rows: 1,
        rank: axes.length / 2,
        axes: place.constant(table),
        x: place.address(read) + offset,
        xStride: 0,
        y: place.address(write),
        yStride: count * 4,
      }),
  })
  return y
}
