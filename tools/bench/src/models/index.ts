import { kerasModel } from './keras-model.ts'
import { mlp } from './mlp.ts'
import type { BenchModel } from './model.ts'

/** In the order of the report. */
export const models: readonly BenchModel[] = [
  mlp,
  kerasModel('mnist-cnn', 'MNIST CNN', 20),
  kerasModel('lstm', '2×LSTM(128), 100×64', 4),
  kerasModel('mobilenet-v2', 'MobileNetV2', 1),
  kerasModel('efficientnet-v2-b0', 'EfficientNetV2B0', 1),
  kerasModel('resnet50', 'ResNet50', 1),
  kerasModel('transformer', 'Transformer encoder, 6×256, 128 tokens', 1),
]
