import type { LayerConverter } from './layer-converter.ts'

export const masking: LayerConverter = {
  classNames: ['Masking'],
  convert: (config) => ({
    kind: 'masking',
    masking: { maskValue: config.number('mask_value', 0) },
  }),
}
