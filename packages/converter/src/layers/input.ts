import { isDType } from '../keras/number-array.ts'
import { shapeOf } from '../keras/read-model.ts'
import type { LayerConverter } from './layer-converter.ts'

/** Dtype and shape of an InputLayer; Keras 2 spells the shape `batch_input_shape`. */
export const input: LayerConverter = {
  classNames: ['InputLayer'],
  convert(config) {
    for (const key of ['sparse', 'ragged']) {
      if (config.boolean(key, false)) config.reject(key, 'false: inputs are dense arrays')
    }
    config.ignore('input_tensor', 'type_spec')
    const { dtype, batch_shape: newShape, batch_input_shape: oldShape } = config.values
    return {
      kind: 'input',
      input: {
        dtype: isDType(dtype) ? dtype : 'float32',
        shape: (shapeOf(newShape ?? oldShape) ?? []).map((size) => size ?? -1),
        optional: config.boolean('optional', false),
      },
    }
  },
}
