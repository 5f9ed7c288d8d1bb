import type { Compositions, ComposeLayer } from '@dotplus/converter'

/** `ops.square`, by its name in the file. */
const square: ComposeLayer = (_config, block) => block.op('square', [block.input])

/** `lambda x: ops.concatenate([x, x], axis=1)`, which Keras's test calls "stacker". */
const stacker: ComposeLayer = (_config, block) =>
  block.op('concatenate', [[block.input, block.input]], { axis: 1 })

/**
 * What the Python functions of keras-conformance's Lambda layers compute, as somebody who has them would register it:
 * `dotplus verify --register tools/conformance/dist/cases/registered.js` takes the same.
 */
const registered: Compositions = {
  'Lambda>lambda': square,
  'Lambda>lambda_1': square,
  'Lambda>lambda_2': stacker,
  'Lambda>lambda_3': stacker,
}
export default registered
