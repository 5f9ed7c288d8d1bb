import type { LayerKind } from '@dotplus/core'

import { categoryEncodingLayer } from '../lower/category-encoding.ts'
import type { Lowering } from '../lower/context.ts'
import { discretizationLayer } from '../lower/discretization.ts'
import { hashedCrossingLayer, hashingLayer } from '../lower/hashing.ts'
import { indexLookupLayer } from '../lower/index-lookup.ts'
import { textVectorizationLayer } from '../lower/text-vectorization.ts'

/** Layers of text and categories: downloaded by models that have one of them. */
export const preprocessingLayers: Readonly<Partial<Record<LayerKind, Lowering<unknown>>>> = {
  categoryEncoding: categoryEncodingLayer,
  discretization: discretizationLayer,
  hashing: hashingLayer,
  hashedCrossing: hashedCrossingLayer,
  indexLookup: indexLookupLayer,
  textVectorization: textVectorizationLayer,
}
