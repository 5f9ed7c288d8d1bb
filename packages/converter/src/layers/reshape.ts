import type { LayerConverter } from './layer-converter.ts'

export const flatten: LayerConverter = {
  classNames: ['Flatten'],
  convert: (config) => ({ kind: 'flatten', flatten: { dataFormat: config.dataFormat() } }),
}

export const reshape: LayerConverter = {
  classNames: ['Reshape'],
  convert: (config) => ({
    kind: 'reshape',
    reshape: { targetShape: config.integers('target_shape') },
  }),
}

export const permute: LayerConverter = {
  classNames: ['Permute'],
  convert: (config) => ({ kind: 'permute', permute: { dims: config.integers('dims') } }),
}

export const repeatVector: LayerConverter = {
  classNames: ['RepeatVector'],
  convert: (config) => ({ kind: 'repeatVector', repeatVector: { n: config.size('n') } }),
}
