import type { LayerKind } from '@dotplus/core'

import { categoryEncodingLayer } from '../lower/category-encoding.ts'
import type { Lowering } from '../lower/context.ts'
import { discretizationLayer } from '../lower/discretization.ts'
import { hashedCrossingLayer, hashingLayer } from '../lower/hashing.ts'
import { imageAugmentationLayer } from '../lower/image-augmentation.ts'
import { indexLookupLayer } from '../lower/index-lookup.ts'
import { locallyConnectedLayer } from '../lower/locally-connected.ts'
import { spectrogramLayer } from '../lower/spectrogram.ts'
import { textVectorizationLayer } from '../lower/text-vectorization.ts'

/**
 * Layers of text, categories, sounds and image augmentation, and those of Keras 2 that Keras 3 has no more: downloaded by
 * models that have one of them.
 */
export const rareLayers: Readonly<Partial<Record<LayerKind, Lowering<unknown>>>> = {
  categoryEncoding: categoryEncodingLayer,
  discretization: discretizationLayer,
  hashing: hashingLayer,
  hashedCrossing: hashedCrossingLayer,
  imageAugmentation: imageAugmentationLayer,
  indexLookup: indexLookupLayer,
  locallyConnected: locallyConnectedLayer,
  spectrogram: spectrogramLayer,
  textVectorization: textVectorizationLayer,
}
