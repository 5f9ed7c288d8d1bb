import { elementCount, FormatError, UnsupportedError } from '@dotplus/core'
import type { NdArray } from '../array.ts'
import type { Budget } from './budget.ts'
import {
  decodeElements,
  parseNumpyDtype,
  rawByteLength,
  type ArrayPlace,
  type NumpyDtype,
} from './numpy-dtype.ts'
import { ObjectArray, PickledArray, Tuple, type PickleValue } from './pickle-values.ts'

/** A callable that a pickle may name. It never runs foreign code: each is rebuilt here from plain arguments. */
export class Global {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** `numpy.dtype(...)` on its way to its BUILD state. */
export class PendingDtype {
  readonly descr: string
  order: string = '<'
  constructor(descr: string) {
    this.descr = descr
  }
}

/** `numpy.ndarray` on its way to its BUILD state; memo references made before BUILD see the finished array. */
export class PendingArray {
  value: PickledArray | ObjectArray | undefined
}

/** Everything a NumPy array's pickle names, in all releases of NumPy. Any other global is refused. */
const allowed: ReadonlySet<string> = new Set([
  'numpy.ndarray',
  'numpy.dtype',
  'numpy.core.multiarray._reconstruct',
  'numpy._core.multiarray._reconstruct',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.core.numeric._frombuffer',
  'numpy._core.numeric._frombuffer',
  '_codecs.encode',
])

/**
 * @throws {UnsupportedError} naming the global
 */
export function resolveGlobal(module: string, name: string, where: ArrayPlace): Global {
  const full = `${module}.${name}`
  if (!allowed.has(full)) {
    throw new UnsupportedError('the pickle asks for something other than NumPy arrays', {
      ...where,
      expected: 'arrays, lists, tuples and dicts only',
      got: full.slice(0, 100),
      hint: 'Nothing was executed. Save the arrays with np.savez or model.save instead',
    })
  }
  return new Global(full)
}

type StackItem = PickleValue | Global | PendingDtype | PendingArray

/** REDUCE: calls one of the allowed globals. */
export function reduce(
  callable: StackItem,
  args: StackItem,
  budget: Budget,
  where: ArrayPlace,
): StackItem {
  if (!(callable instanceof Global))
    throw damaged('REDUCE', 'of a value that cannot be called', where)
  if (!(args instanceof Tuple)) throw damaged('REDUCE', 'without a tuple of arguments', where)
  const items = args.items as StackItem[]
  const short = callable.name.slice(callable.name.lastIndexOf('.') + 1)
  switch (short) {
    case 'encode':
      return encodeText(items, budget, where)
    case 'dtype': {
      const descr = items[0]
      if (typeof descr !== 'string') throw damaged('numpy.dtype', 'without a type string', where)
      return new PendingDtype(descr)
    }
    case '_reconstruct': {
      const type = items[0]
      if (!(type instanceof Global && type.name === 'numpy.ndarray')) {
        throw damaged('_reconstruct', 'of something that is no numpy.ndarray', where)
      }
      return new PendingArray()
    }
    case 'scalar':
      return scalar(items, budget, where)
    case '_frombuffer': {
      const [buffer, dtype, shape, order] = items
      if (!(buffer instanceof Uint8Array) || !(dtype instanceof PendingDtype)) {
        throw damaged('_frombuffer', 'without bytes and dtype', where)
      }
      return numericArray(
        buffer,
        numpyDtype(dtype, where),
        shapeOf(shape, where),
        order === 'F',
        budget,
        where,
      )
    }
    default:
      throw damaged(callable.name, 'cannot be called', where)
  }
}

/** BUILD: gives a dtype or array its state. */
export function build(
  target: StackItem,
  state: StackItem,
  budget: Budget,
  where: ArrayPlace,
): void {
  if (!(state instanceof Tuple)) throw damaged('BUILD', 'without a tuple of state', where)
  const items = state.items as StackItem[]
  if (target instanceof PendingDtype) {
    const order = items[1]
    if (order === '>' || order === '<' || order === '|' || order === '=') target.order = order
    return
  }
  if (!(target instanceof PendingArray))
    throw damaged('BUILD', 'of something that is no NumPy array', where)
  // (version, shape, dtype, is_fortran, data); version 0 of NumPy 1.0 betas had no version.
  const [shape, dtype, fortran, data] = items.length === 5 ? items.slice(1) : items
  if (!(dtype instanceof PendingDtype)) throw damaged('numpy.ndarray', 'without a dtype', where)
  const parsed = numpyDtype(dtype, where)
  const sizes = shapeOf(shape, where)
  if (parsed.kind === 'object') {
    if (!Array.isArray(data) || data.length !== elementCount(sizes)) {
      throw damaged('numpy.ndarray', 'whose list of objects does not fit its shape', where)
    }
    target.value = new ObjectArray(sizes, data)
    return
  }
  const bytes = typeof data === 'string' ? latin1Bytes(data, budget, where) : data
  if (!(bytes instanceof Uint8Array)) throw damaged('numpy.ndarray', 'without bytes', where)
  target.value = numericArray(bytes, parsed, sizes, fortran === true, budget, where)
}

function scalar(items: readonly StackItem[], budget: Budget, where: ArrayPlace): StackItem {
  const [dtype, data] = items
  if (!(dtype instanceof PendingDtype)) throw damaged('scalar', 'without a dtype', where)
  const bytes = typeof data === 'string' ? latin1Bytes(data, budget, where) : data
  if (!(bytes instanceof Uint8Array)) throw damaged('scalar', 'without bytes', where)
  return numericArray(bytes, numpyDtype(dtype, where), [], false, budget, where)
}

function numpyDtype(pending: PendingDtype, where: ArrayPlace): NumpyDtype {
  const descr = /^[<>|=]/.test(pending.descr) ? pending.descr : `${pending.order}${pending.descr}`
  return parseNumpyDtype(descr, where)
}

function numericArray(
  raw: Uint8Array,
  dtype: NumpyDtype,
  shape: readonly number[],
  fortran: boolean,
  budget: Budget,
  where: ArrayPlace,
): PickledArray {
  if (dtype.kind === 'object') throw damaged('numpy.ndarray', 'of objects given as bytes', where)
  const expected = rawByteLength(dtype, shape, where)
  if (raw.byteLength !== expected || dtype.width === 0) {
    throw new FormatError('bytes of a pickled array', {
      ...where,
      expected: `${expected} for ${dtype.dtype} (${shape.join(', ')})`,
      got: `${raw.byteLength}`,
    })
  }
  const array: NdArray = decodeElements(raw, dtype, shape, fortran, budget, where.place ?? 'pickle')
  return new PickledArray(array)
}

function shapeOf(value: StackItem | undefined, where: ArrayPlace): number[] {
  const items = value instanceof Tuple ? value.items : Array.isArray(value) ? value : undefined
  if (
    !items ||
    items.length > 64 ||
    !items.every((size) => typeof size === 'number' && size >= 0)
  ) {
    throw damaged('numpy.ndarray', 'without a shape', where)
  }
  return items as number[]
}

/** `_codecs.encode(text, 'latin1')`: how protocol 2 spells bytes. */
function encodeText(items: readonly StackItem[], budget: Budget, where: ArrayPlace): Uint8Array {
  const [text, encoding] = items
  if (typeof text !== 'string') throw damaged('_codecs.encode', 'without text', where)
  if (encoding !== 'latin1' && encoding !== 'latin-1') {
    throw new UnsupportedError('_codecs.encode', {
      ...where,
      expected: 'latin1',
      got: JSON.stringify(encoding) ?? 'nothing',
    })
  }
  return latin1Bytes(text, budget, where)
}

function latin1Bytes(text: string, budget: Budget, where: ArrayPlace): Uint8Array {
  budget.take(text.length, where.place ?? 'pickle')
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 255) throw damaged('latin1 text', `with character U+${code.toString(16)}`, where)
    bytes[i] = code
  }
  return bytes
}

function damaged(what: string, problem: string, where: ArrayPlace): FormatError {
  return new FormatError(`the pickle is damaged: ${what} ${problem}`, where)
}
