import type { Scan } from '@dotplus/core'
import type { LayerConfig } from '../keras/layer-config.ts'
import type { CallSpec, SpecValue } from '../keras/model-spec.ts'

/** Arguments of every layer that walks over time. */
export function readScan(config: LayerConfig): Scan {
  // What Keras 1 and 2 add: sizes that the weights say too.
  config.ignore('input_dim', 'input_length')
  return {
    returnSequences: config.boolean('return_sequences', false),
    returnState: config.boolean('return_state', false),
    goBackwards: config.boolean('go_backwards', false),
    stateful: config.boolean('stateful', false),
    zeroOutputForMask: config.boolean('zero_output_for_mask', false),
    timeMajor: config.boolean('time_major', false),
    unroll: config.boolean('unroll', false),
  }
}

/** Keras 1 and 2 give the initial states as further tensors of one list; Keras 3 as `initial_state`. */
export function normalizeStates(call: CallSpec): CallSpec {
  const [first, ...more] = call.positional
  if (first?.kind !== 'list' || first.items.length < 2 || more.length > 0) return call
  const [sequence, ...states] = first.items as [SpecValue, ...SpecValue[]]
  if (call.keywords.some(([name]) => name === 'initial_state')) return call
  return {
    positional: [sequence],
    keywords: [...call.keywords, ['initial_state', { kind: 'list', items: states }] as const],
  }
}
