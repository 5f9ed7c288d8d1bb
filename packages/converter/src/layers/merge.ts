import type { LayerBody, LayerConverter } from './layer-converter.ts'

const operations: Readonly<Record<string, string>> = {
  Add: 'add',
  Subtract: 'subtract',
  Multiply: 'multiply',
  Average: 'average',
  Maximum: 'maximum',
  Minimum: 'minimum',
}

/** Element-wise merges of two or more inputs. */
export const merge: LayerConverter = {
  classNames: Object.keys(operations),
  convert: (config): LayerBody => ({
    kind: 'merge',
    merge: { operation: operations[config.place.className] ?? config.place.className },
  }),
}

export const concatenate: LayerConverter = {
  // FeatureSpace puts encoded features together with a class of its own.
  classNames: ['Concatenate', 'TFDConcat'],
  convert: (config) => ({ kind: 'concatenate', concatenate: { axis: config.integer('axis', -1) } }),
}

/** `axes` is one number for both inputs or one for each. */
export const dot: LayerConverter = {
  classNames: ['Dot'],
  convert(config) {
    const axes = config.integers('axes')
    return {
      kind: 'dot',
      dot: {
        axes: axes.length === 1 ? [axes[0] as number, axes[0] as number] : axes,
        normalize: config.boolean('normalize', false),
      },
    }
  },
}
