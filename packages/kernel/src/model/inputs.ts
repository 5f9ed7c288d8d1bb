import { elementCount, InputError } from '@dotplus/core'
import { isFloating, type ElementType } from '../dtype/element-type.ts'
import type { Elements } from './element-access.ts'
import type {
  InputValue,
  ModelInput,
  NestedElements,
  NumericArray,
  Signature,
  WideIntegerArray,
} from './tensor.ts'

/** Elements of one input with the shape they have in this call. */
export interface BoundInput {
  readonly data: Elements
  readonly shape: readonly number[]
}

function isNumericArray(value: unknown): value is NumericArray | WideIntegerArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (ArrayBuffer.isView(value)) return value.constructor.name
  if (typeof value === 'object') {
    const names = Object.keys(value)
    return names.length > 0 ? `an object with ${names.slice(0, 5).join(', ')}` : 'an empty object'
  }
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : `a ${typeof value}`
}

function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? 'any').join(', ')}]`
}

/**
 * Matches what `predict` was given to the model's inputs.
 *
 * @throws {InputError} naming the input, what it takes and what it got
 */
export function bindInputs(signatures: readonly Signature[], given: ModelInput): BoundInput[] {
  const [only] = signatures
  if (signatures.length === 1 && only) {
    if (isNumericArray(given) || isTensorLike(given)) return [bindOne(only, given)]
    if (Array.isArray(given)) {
      const [first] = given as readonly unknown[]
      const wrapped = given.length === 1 && isTensorLike(first)
      return [bindOne(only, (wrapped ? first : given) as InputValue)]
    }
  }
  if (Array.isArray(given)) {
    if (given.length !== signatures.length) {
      throw new InputError('number of inputs', {
        expected: listNames(signatures),
        got: `${given.length}`,
      })
    }
    return signatures.map((signature, i) => bindOne(signature, given[i] as InputValue))
  }
  if (
    given === null ||
    typeof given !== 'object' ||
    ArrayBuffer.isView(given) ||
    isTensorLike(given)
  ) {
    throw new InputError('inputs', {
      expected: `a record or an array of ${listNames(signatures)}`,
      got: describe(given),
    })
  }
  return bindRecord(signatures, given as Readonly<Record<string, InputValue>>)
}

function listNames(signatures: readonly Signature[]): string {
  return `${signatures.length} (${signatures.map(({ name }) => name).join(', ')})`
}

function bindRecord(
  signatures: readonly Signature[],
  given: Readonly<Record<string, InputValue>>,
): BoundInput[] {
  const known = new Set(signatures.map(({ name }) => name))
  for (const name of Object.keys(given)) {
    if (!known.has(name))
      throw new InputError(`no input named ${name}`, { expected: listNames(signatures) })
  }
  return signatures.map((signature) => {
    if (!Object.hasOwn(given, signature.name)) {
      throw new InputError('missing input', {
        place: `input ${signature.name}`,
        expected: formatShape(signature.shape),
      })
    }
    return bindOne(signature, given[signature.name] as InputValue)
  })
}

function isTensorLike(
  value: unknown,
): value is { data: NumericArray | WideIntegerArray | string[]; shape: readonly number[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'data' in value &&
    'shape' in value &&
    Array.isArray(value.shape)
  )
}

function bindOne(signature: Signature, given: InputValue): BoundInput {
  if (isTensorLike(given)) {
    const { data } = given
    const fits = isNumericArray(data)
      ? fitsNumbers(signature, data)
      : Array.isArray(data) && data.every((element) => fitsElement(signature, element))
    if (!fits) wrongKind(signature, data)
    return checked(signature, data, given.shape)
  }
  if (isNumericArray(given)) {
    if (!fitsNumbers(signature, given)) wrongKind(signature, given)
    return { data: given, shape: inferShape(signature, given.length) }
  }
  if (Array.isArray(given)) return bindNested(signature, given as NestedElements)
  return wrongKind(signature, given)
}

/** Whether the elements of a typed array can be cast to the input's dtype. */
function fitsNumbers(signature: Signature, data: NumericArray | WideIntegerArray): boolean {
  if (signature.dtype === 'string') return false
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array
  return !wide || !isFloating(signature.dtype as ElementType)
}

/** Whether an element of a nested array is one of the input's dtype. */
function fitsElement({ dtype }: Signature, element: unknown): boolean {
  switch (typeof element) {
    case 'number':
      return dtype !== 'string'
    case 'bigint':
      return dtype.includes('int')
    case 'boolean':
      return dtype === 'bool'
    default:
      return typeof element === 'string' && dtype === 'string'
  }
}

function wrongKind(signature: Signature, given: unknown): never {
  throw new InputError('wrong kind of value', {
    place: `input ${signature.name}`,
    expected: `${signature.dtype} ${formatShape(signature.shape)} as a typed array, { data, shape } or nested arrays`,
    got: describe(given),
  })
}

function checked(signature: Signature, data: Elements, shape: readonly number[]): BoundInput {
  const fits =
    shape.length === signature.shape.length &&
    shape.every(
      (size, i) =>
        Number.isInteger(size) &&
        size >= 0 &&
        (signature.shape[i] === null || signature.shape[i] === size),
    )
  if (!fits) {
    throw new InputError('wrong shape', {
      place: `input ${signature.name}`,
      expected: formatShape(signature.shape),
      got: formatShape(shape),
    })
  }
  if (elementCount(shape) !== data.length) {
    throw new InputError('wrong number of elements', {
      place: `input ${signature.name}`,
      expected: `${elementCount(shape)} for ${formatShape(shape)}`,
      got: `${data.length}`,
    })
  }
  return { data, shape }
}

/** The shape of flat elements: the only free dimension takes what the fixed ones leave. */
function inferShape(signature: Signature, length: number): readonly number[] {
  const free = signature.shape.filter((size) => size === null).length
  const fixed = signature.shape.reduce<number>((product, size) => product * (size ?? 1), 1)
  if (free > 1) {
    throw new InputError('a flat array has no shape', {
      place: `input ${signature.name}`,
      expected: `{ data, shape } for ${formatShape(signature.shape)}`,
      got: `${length} elements`,
    })
  }
  const fits = free === 0 ? length === fixed : fixed > 0 && length % fixed === 0
  if (!fits) {
    throw new InputError('wrong number of elements', {
      place: `input ${signature.name}`,
      expected:
        free === 0
          ? `${fixed} for ${formatShape(signature.shape)}`
          : `a multiple of ${fixed} for ${formatShape(signature.shape)}`,
      got: `${length}`,
    })
  }
  return signature.shape.map((size) => size ?? length / fixed)
}

function bindNested(signature: Signature, given: NestedElements): BoundInput {
  if (given.every((item) => fitsElement(signature, item)) && signature.shape.length !== 1) {
    return { data: given as readonly number[], shape: inferShape(signature, given.length) }
  }
  const shape: number[] = []
  for (let level: unknown = given; Array.isArray(level) || isNumericArray(level); level = level[0])
    shape.push(level.length)
  const data: (number | bigint | boolean | string)[] = []
  flatten(signature, given, shape, 0, data)
  return checked(signature, data, shape)
}

function flatten(
  signature: Signature,
  level: unknown,
  shape: readonly number[],
  depth: number,
  out: (number | bigint | boolean | string)[],
): void {
  if (!(Array.isArray(level) || isNumericArray(level)) || level.length !== shape[depth]) {
    throw new InputError('nested arrays of unequal length or depth', {
      place: `input ${signature.name}`,
      expected: `${shape[depth]} elements at depth ${depth}`,
      got: describe(level),
    })
  }
  const innermost = depth === shape.length - 1
  for (const item of level as ArrayLike<unknown> & Iterable<unknown>) {
    if (!innermost) flatten(signature, item, shape, depth + 1, out)
    else if (fitsElement(signature, item)) out.push(item as number)
    else wrongKind(signature, item)
  }
}
