import { snakeCase } from './snake-case.ts'

const opModules = /^keras(\.src)?\.(ops|activations)(\.|$)/
/** Classes whose function is not their name in snake case, or has two names. */
const functionNames: Readonly<Record<string, string>> = {
  AllClose: 'allclose',
  BatchNorm: 'batch_normalization',
  CDist: 'cdist',
  IsIn: 'isin',
  LayerNorm: 'layer_normalization',
  ReLU: 'relu',
  RMSNorm: 'rms_normalization',
  SearchSorted: 'searchsorted',
  TrueDivide: 'divide',
}

/** Modules whose functions keep their module's name in `keras.ops`. */
const qualified: Readonly<Record<string, string>> = {
  nn: 'nn.',
  linalg: 'linalg.',
  image: 'image.',
}

/**
 * The function of a node, or undefined for a layer; class names collide, only the module tells them apart.
 * "keras.src.ops.nn", "LogSoftmax" is "nn.log_softmax"; "keras.src.ops.numpy", "Add" is "add".
 */
export function opOf(className: string, module: string | undefined): string | undefined {
  if (module === undefined || !opModules.test(module)) return undefined
  const name = functionNames[className] ?? snakeCase(className)
  const last = module.slice(module.lastIndexOf('.') + 1)
  return (module.includes('activations') ? 'nn.' : (qualified[last] ?? '')) + name
}
