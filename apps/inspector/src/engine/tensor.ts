import type { Tensor, TensorData } from '@dotplus/browser'
import { tensorStatistics } from '@dotplus/inspect'
import { mapPicture } from './picture.ts'
import type { ShownTensor } from './protocol.ts'

const shownValues = 400

/** An output or intermediate as the page shows it. */
export function shownTensor(name: string, { data, shape, dtype }: Tensor<TensorData>): ShownTensor {
  const numbers = Array.isArray(data)
    ? undefined
    : Array.from(data as ArrayLike<number | bigint>, Number)
  const head = Array.isArray(data) ? data.slice(0, shownValues) : numbers?.slice(0, shownValues)
  const width = shape.at(-1) ?? 1
  return {
    name,
    shape,
    dtype,
    values: head ?? [],
    count: data.length,
    top: numbers && shape.length === 2 && width > 1 ? topOf(numbers.slice(0, width)) : [],
    picture: numbers && mapPicture(numbers, shape),
    statistics: numbers && tensorStatistics(numbers),
  }
}

function topOf(row: readonly number[]): ShownTensor['top'] {
  return row
    .map((value, index) => ({ index, value }))
    .toSorted((a, b) => b.value - a.value)
    .slice(0, 10)
}
