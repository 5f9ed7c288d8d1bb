/** What the classes of tools/keras-fixtures/custom_layers.py compute. */
export default {
  'my>Gated': ({ units }, block) => {
    const gate = block.layer('Dense', { units, activation: 'sigmoid' }, 'gate')(block.input)
    const value = block.layer('Dense', { units }, 'value')(block.input)
    const scale = block.weight('scale', { shape: [units] })
    return block.op('multiply', [block.op('multiply', [gate, value]), scale])
  },

  'my>Linear': ({ units, activation }, block) => {
    const variables = { kernel: block.weight('w'), bias: block.weight('b') }
    return block.layer('Dense', { units, activation }, variables)(block.input)
  },

  'my>Blocks': ({ count, inner }, block) => {
    let x = block.input
    for (let i = 0; i < count; i++) {
      const path = i === 0 ? 'blocks/dense' : `blocks/dense_${i}`
      x = block.layer('Dense', { units: 4, activation: 'relu' }, path)(x)
    }
    return block.layer(inner, {}, 'inner')(x)
  },

  'my>Mix': (_, block) => {
    const [a, b] = block.inputs
    return block.op('add', [a, block.op('multiply', [2, b])])
  },

  'my>Subclassed': ({ units }, block) => {
    const first = block.layer('Dense', { units, activation: 'relu' }, 'first')(block.input)
    const gated = block.layer('my>Gated', { units: 3 }, 'gated')(first)
    return block.layer('BatchNormalization', {}, 'norm')(gated)
  },

  'Lambda>triple': (_, block) => block.op('multiply', [block.input, 3]),
}
