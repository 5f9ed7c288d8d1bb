import { ModelError } from '@dotplus/core'
import { describeNamed, type NamedArray } from './array-group.ts'

/** Layers that leave the last axis as it is. */
const keepsWidth: ReadonlySet<string> = new Set([
  'Activation',
  'ActivityRegularization',
  'AlphaDropout',
  'BatchNormalization',
  'Dropout',
  'ELU',
  'GaussianDropout',
  'GaussianNoise',
  'Identity',
  'LayerNormalization',
  'LeakyReLU',
  'PReLU',
  'ReLU',
  'RMSNormalization',
  'Softmax',
  'UnitNormalization',
])

/** A layer of the spec with the arrays it got, by variable. */
export interface ChainLink {
  readonly className: string
  readonly arrays: ReadonlyMap<string, NamedArray> | undefined
}

/**
 * Checks that Dense kernels (inputs, units) follow on each other and biases fit their kernels.
 *
 * @throws {ModelError} naming the two arrays that do not fit
 */
export function checkChain(links: readonly ChainLink[], file: string): void {
  let previous: NamedArray | undefined
  for (const { className, arrays } of links) {
    const kernel = arrays?.get('kernel')
    if (className !== 'Dense' || !kernel) {
      if (!keepsWidth.has(className)) previous = undefined
      continue
    }
    const { shape } = kernel.array
    if (shape.length !== 2) {
      throw new ModelError('the kernel of a Dense layer', {
        file,
        expected: 'two dimensions (inputs, units)',
        got: describeNamed(kernel),
      })
    }
    const bias = arrays?.get('bias')
    if (bias && (bias.array.shape.length !== 1 || bias.array.shape[0] !== shape[1])) {
      throw misfit(
        'a kernel and its bias do not fit',
        kernel,
        bias,
        `a bias of shape (${shape[1]},)`,
        file,
      )
    }
    if (previous && previous.array.shape[1] !== shape[0]) {
      throw misfit(
        'two kernels do not follow on each other',
        previous,
        kernel,
        `a kernel of shape (${previous.array.shape[1]}, any)`,
        file,
      )
    }
    previous = kernel
  }
}

function misfit(
  what: string,
  first: NamedArray,
  second: NamedArray,
  expected: string,
  file: string,
): ModelError {
  return new ModelError(what, {
    file,
    expected: `${expected} for ${describeNamed(first)}`,
    got: describeNamed(second),
    hint: 'Check that the arrays belong to the layers in this order',
  })
}
