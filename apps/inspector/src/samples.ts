/** A model that comes with the page. */
export interface Sample {
  readonly title: string
  readonly about: string
  files(): Promise<File[]>
}

const fixtures = {
  mlp: new URL('../../../test-fixtures/sample-mlp/relu/keras/model.keras', import.meta.url),
  cnn: new URL('../../../test-fixtures/cases/showcase-residual-cnn/model.keras', import.meta.url),
  cnnCase: new URL('../../../test-fixtures/cases/showcase-residual-cnn/io.npz', import.meta.url),
  sequence: new URL(
    '../../../test-fixtures/cases/showcase-attentive-sequence/model.keras',
    import.meta.url,
  ),
  sequenceCase: new URL(
    '../../../test-fixtures/cases/showcase-attentive-sequence/io.npz',
    import.meta.url,
  ),
} as const

export const samples: readonly Sample[] = [
  {
    title: 'Multilayer perceptron',
    about: 'Layers of 20, 10 and 1 units, trained on y = 1.2·x₁ − 2.1·x₂ + 0.7·x₃² − 0.5·x₄²',
    files: () => fetched({ 'mlp.keras': fixtures.mlp }),
  },
  {
    title: 'Convolutional network',
    about: 'Residual blocks, batch normalization, a nested model; with Keras’s own answers',
    files: () => fetched({ 'residual-cnn.keras': fixtures.cnn, 'io.npz': fixtures.cnnCase }),
  },
  {
    title: 'Sequence model',
    about: 'Embedding, LSTM and attention, two outputs; with Keras’s own answers',
    files: () => fetched({ 'sequence.keras': fixtures.sequence, 'io.npz': fixtures.sequenceCase }),
  },
]

async function fetched(addresses: Readonly<Record<string, URL>>): Promise<File[]> {
  return Promise.all(
    Object.entries(addresses).map(async ([name, address]) => {
      const response = await fetch(address)
      if (!response.ok) throw new Error(`${name}: status ${response.status}`)
      return new File([await response.blob()], name)
    }),
  )
}
