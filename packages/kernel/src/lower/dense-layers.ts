import { floatElements } from '../model/element-access.ts'
import { activationLayer } from './activation.ts'
import { denseLayer } from './dense.ts'
import type { LayerSet } from './layer-set.ts'
import { permuteLayer } from './permute.ts'
import { flattenLayer, identityLayer, reshapeLayer } from './reshape.ts'

/** The layers of dense networks, which are loaded with the package; all others come in a part of their own. */
export const denseLayers: LayerSet = {
  elements: floatElements,
  // Nothing in this set makes integers or masks.
  lowerInDtype: (_context, _lowering, _layer, call, lower) => lower(call),
  withMasks: (_context, _layer, _call, outputs) => [...outputs],
  maskedAverage: () => undefined,
  droppedMasks: () => undefined,
  impliedMasks: () => [],
  lowerings: {
    identity: identityLayer,
    dense: denseLayer,
    activation: activationLayer,
    flatten: flattenLayer,
    reshape: reshapeLayer,
    permute: permuteLayer,
  },
}
