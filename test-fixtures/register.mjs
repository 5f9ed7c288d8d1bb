/**
 * What the classes of cases that are not Keras's own compute, and the Python functions of Lambda layers, as somebody who has
 * them would register it: those of `cases/` here, and those of Keras's own layer tests (OneStateRNNCell, TwoStatesRNNCell).
 *
 *   dotplus verify test-fixtures --register test-fixtures/register.mjs
 *
 * @type {import('@dotplus/converter').Compositions}
 */
export default {
  // One state that follows tanh slowly; gives both.
  'cells>Leaky': ({ units, leak }, block) => {
    const h = block.state(units)
    const [kernel, recurrentKernel, bias] = [
      block.weight('kernel'),
      block.weight('recurrent_kernel', { shape: [units, units] }),
      block.weight('bias', { shape: [units] }),
    ]
    const x = block.op('matmul', [block.input, kernel])
    const sum = block.op('add', [x, block.op('matmul', [h, recurrentKernel])])
    const target = block.op('tanh', [block.op('add', [sum, bias])])
    const after = block.op('add', [
      block.op('multiply', [1 - leak, h]),
      block.op('multiply', [leak, target]),
    ])
    return [joined(block, after, target), after]
  },

  // An LSTM whose gates see its memory.
  'cells>Peephole': ({ units }, block) => {
    const [h, c] = [block.state(units), block.state(units)]
    const gates = block.layer('Dense', { units: 3 * units, activation: 'sigmoid' }, 'gates')
    const candidate = block.layer('Dense', { units, activation: 'tanh' }, 'candidate')
    const i = block.op('split', [gates(joined(block, block.input, h, c))], {
      indices_or_sections: 3,
      axis: -1,
    })
    const [f, o] = [block.output(i, 1), block.output(i, 2)]
    const learned = block.op('multiply', [i, candidate(joined(block, block.input, h))])
    const memory = block.op('add', [block.op('multiply', [f, c]), learned])
    const output = block.op('multiply', [o, block.op('tanh', [memory])])
    return [output, output, memory]
  },

  // An LSTMCell whose output is added to what it is given.
  'cells>Residual': ({ units }, block) => {
    const states = [block.state(units), block.state(units)]
    const y = block.layer('LSTMCell', { units }, 'cell')([block.input, ...states])
    return [block.op('add', [block.input, y]), block.output(y, 1), block.output(y, 2)]
  },

  // The largest number of each row of a picture, mixed with those before.
  'cells>Grid': ({ size }, block) => {
    const before = block.op('multiply', [0.5, block.state(size)])
    const output = block.op('add', [before, block.op('max', [block.input], { axis: -1 })])
    return [output, output]
  },

  OneStateRNNCell: ({ units }, block) => {
    const x = block.op('matmul', [block.input, block.weight('kernel')])
    const recurrentKernel = block.weight('recurrent_kernel', { shape: [units, units] })
    const output = block.op('add', [x, block.op('matmul', [block.state(units), recurrentKernel])])
    return [output, output]
  },

  // Both products are of the first state: Keras's class reads the second one nowhere.
  TwoStatesRNNCell: ({ units }, block) => {
    const [first] = [block.state(units), block.state(units)]
    const x = block.op('matmul', [block.input, block.weight('kernel')])
    const states = ['recurrent_kernel_1', 'recurrent_kernel_2'].map((name) => {
      const recurrentKernel = block.weight(name, { shape: [units, units] })
      return block.op('add', [x, block.op('matmul', [first, recurrentKernel])])
    })
    return [block.op('add', states), ...states]
  },

  // Python functions: activations, and what a Lambda layer calls.
  'functions>gelu_new': (config, block) => {
    const x = block.input
    const cube = block.op('multiply', [0.044715, block.op('power', [x, 3])])
    const inner = block.op('multiply', [0.7978845608, block.op('add', [x, cube])])
    const gate = block.op('add', [1, block.op('tanh', [inner])])
    return block.op('multiply', [block.op('multiply', [0.5, x]), gate])
  },
  'functions>snake': (config, block) => {
    const sine = block.op('sin', [block.input])
    return block.op('add', [block.input, block.op('square', [sine])])
  },

  'Lambda>lambda': square,
  'Lambda>lambda_1': square,
  'Lambda>lambda_2': stacker,
  'Lambda>lambda_3': stacker,
}

function joined(block, ...parts) {
  return block.op('concatenate', [parts], { axis: -1 })
}

/** `ops.square`, by its name in the file. */
function square(_config, block) {
  return block.op('square', [block.input])
}

/** `lambda x: ops.concatenate([x, x], axis=1)`, which Keras's test calls "stacker". */
function stacker(_config, block) {
  return block.op('concatenate', [[block.input, block.input]], { axis: 1 })
}
