import { snakeCase } from './snake-case.ts'

const opModules = /^keras(\.src)?\.(ops|activations)(\.|$)/
const kerasTwoNodes: ReadonlySet<string> = new Set(['TFOpLambda', 'SlicingOpLambda'])

/** True for a function node: its class name may be that of a layer, only the module tells them apart. */
export function isOpNode({
  className,
  module,
}: {
  readonly className: string
  readonly module: string | undefined
}): boolean {
  return kerasTwoNodes.has(className) || (module !== undefined && opModules.test(module))
}

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

/** "keras.src.ops.nn", "LogSoftmax" is "nn.log_softmax"; "keras.src.ops.numpy", "Add" is "add". */
export function opName(className: string, module: string): string {
  const name = functionNames[className] ?? snakeCase(className)
  const last = module.slice(module.lastIndexOf('.') + 1)
  return (module.includes('activations') ? 'nn.' : (qualified[last] ?? '')) + name
}
