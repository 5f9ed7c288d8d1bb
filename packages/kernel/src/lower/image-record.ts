import type { Value as GraphValue } from '@dotplus/core'

import type { CallArguments, Value } from './context.ts'

/** The entries of a record of images, labels and boxes, in the order in which Keras flattens it; undefined for a tensor. */
export function entriesOf({
  operands,
}: CallArguments): { path: string; value: Value }[] | undefined {
  const [record] = operands
  if (record?.value?.kind !== 'dict') return undefined
  const tensors = [...record.tensors]
  return pathsOf(record.value)
    .map((path) => ({ path, value: tensors.shift() as Value }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Keys of a structure, those inside another with its key and "/" before them, in the order of the tensors. */
function pathsOf(value: GraphValue): string[] {
  if (value.kind !== 'dict') return ['']
  return value.dict.entries.flatMap(({ name, value: inner }) =>
    (inner ? pathsOf(inner) : []).map((path) => (path === '' ? name : `${name}/${path}`)),
  )
}
