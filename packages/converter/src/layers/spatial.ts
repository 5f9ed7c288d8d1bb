import type { LayerConfig } from '../keras/layer-config.ts'
import { rankOf } from './conv.ts'
import type { LayerConverter } from './layer-converter.ts'

/** 2*rank amounts from a number, one per dimension, or a pair per dimension. */
function amounts(config: LayerConfig, key: string, fallback: number): number[] {
  const rank = rankOf(config)
  const value = config.value(key) ?? fallback
  const given = Array.isArray(value) ? value : Array.from({ length: rank }, () => value)
  // In one dimension the two amounts may stand without the list around them.
  const dimensions = rank === 1 && given.length === 2 ? [given] : given
  const flat = dimensions.flatMap((entry) => (Array.isArray(entry) ? entry : [entry, entry]))
  if (
    flat.length === 2 * rank &&
    flat.every((amount): amount is number => Number.isSafeInteger(amount) && Number(amount) >= 0)
  ) {
    return flat
  }
  config.reject(key, `a number, ${rank} numbers, or ${rank} pairs`)
  return Array.from({ length: 2 * rank }, () => 0)
}

export const cropping: LayerConverter = {
  classNames: ['Cropping1D', 'Cropping2D', 'Cropping3D'],
  convert: (config) => ({
    kind: 'cropping',
    cropping: {
      rank: rankOf(config),
      amounts: amounts(config, 'cropping', rankOf(config) === 2 ? 0 : 1),
      dataFormat: config.dataFormat(),
    },
  }),
}

export const zeroPadding: LayerConverter = {
  classNames: ['ZeroPadding1D', 'ZeroPadding2D', 'ZeroPadding3D'],
  convert: (config) => ({
    kind: 'zeroPadding',
    zeroPadding: {
      rank: rankOf(config),
      amounts: amounts(config, 'padding', 1),
      dataFormat: config.dataFormat(),
    },
  }),
}

const interpolations = ['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'] as const

export const upSampling: LayerConverter = {
  classNames: ['UpSampling1D', 'UpSampling2D', 'UpSampling3D'],
  convert: (config) => ({
    kind: 'upSampling',
    upSampling: {
      rank: rankOf(config),
      size: config.sizes('size', rankOf(config), 2),
      interpolation: config.word('interpolation', interpolations, 'nearest'),
      dataFormat: config.dataFormat(),
    },
  }),
}
