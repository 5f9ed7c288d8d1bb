import type { LayerConverter } from './layer-converter.ts'

/** y = x * scale + offset; either may be one number or one per channel. */
export const rescaling: LayerConverter = {
  classNames: ['Rescaling'],
  convert: (config) => ({
    kind: 'rescaling',
    rescaling: { scale: config.numbers('scale'), offset: config.numbers('offset', 0) },
  }),
}
