import { Option } from 'commander'
import type { Precision } from '@dotplus/node'

const precisions: readonly Precision[] = ['exact', 'fast']

export function precisionOption(): Option {
  return new Option(
    '--precision <precision>',
    'exact: the same bits on every machine; fast: fused multiply-add',
  )
    .choices(precisions)
    .default('exact')
}
