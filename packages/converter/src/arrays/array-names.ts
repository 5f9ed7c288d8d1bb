/** What a weight is called in files: Keras's names and those people type. */
const kernelNames: ReadonlySet<string> = new Set(['kernel', 'kernels', 'weight', 'weights', 'w'])
const biasNames: ReadonlySet<string> = new Set(['bias', 'biases', 'b'])

/** A name taken apart: which layer, and which of its variables. */
export interface ArrayName {
  /** "L1" of "L1_weights"; "" when the name is the variable alone. */
  readonly layer: string
  /** Keras's name of the variable: "kernel", "bias", "gamma". */
  readonly variable: string
}

/**
 * Reads a layer and a variable from an array's name: "L1_weights", "L1_bias", "dense/kernel", "dense_1/kernel:0",
 * "W1" and "b1", "fc.weight". Undefined for names that are only an order, such as "arr_0".
 */
export function readArrayName(name: string): ArrayName | undefined {
  const plain = name.replace(/:\d+$/, '')
  if (/^(arr|array|param|weights?|var)?_?\d+$/i.test(plain) && !/^w(eights?)?_?\d+$/i.test(plain))
    return undefined
  // W1 and b1: the variable comes first.
  const leading = /^([a-z]+?)_?(\d+)$/i.exec(plain)
  const first = leading && variableOf(leading[1] as string)
  if (leading && first && isKernelOrBias(first))
    return { layer: leading[2] as string, variable: first }
  const separated = /^(.*)[/._-]([a-z_]+)$/i.exec(plain) ?? /^(.*?\d)([a-z]+)$/i.exec(plain)
  if (!separated) {
    const variable = variableOf(plain)
    return isKernelOrBias(variable) ? { layer: '', variable } : undefined
  }
  return splitAtVariable(plain)
}

/** Takes the longest known variable from the end: "dense_moving_mean" is "dense" and "moving_mean". */
function splitAtVariable(name: string): ArrayName | undefined {
  const separators = [...name.matchAll(/[/._-]|(?<=\d)(?=[a-z])/gi)].map(({ index, 0: text }) => ({
    index,
    length: text.length,
  }))
  for (const { index, length } of separators) {
    const variable = variableOf(name.slice(index + length))
    if (isKnown(variable)) return { layer: name.slice(0, index), variable }
  }
  return undefined
}

const otherVariables: ReadonlySet<string> = new Set([
  'alpha',
  'beta',
  'depthwise_kernel',
  'embeddings',
  'gamma',
  'mean',
  'moving_mean',
  'moving_variance',
  'pointwise_kernel',
  'recurrent_kernel',
  'scale',
  'variance',
])

function variableOf(text: string): string {
  const name = text.toLowerCase()
  if (kernelNames.has(name)) return 'kernel'
  if (biasNames.has(name)) return 'bias'
  return name
}

function isKernelOrBias(variable: string): boolean {
  return variable === 'kernel' || variable === 'bias'
}

function isKnown(variable: string): boolean {
  return isKernelOrBias(variable) || otherVariables.has(variable)
}
