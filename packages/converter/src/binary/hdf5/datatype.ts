import type { DType } from '@dotplus/core'
import type { Cursor } from '../cursor.ts'

/** An HDF5 datatype as far as weights and attributes need it. */
export type Hdf5Type =
  | {
      readonly kind: 'numeric'
      readonly dtype: DType
      readonly bigEndian: boolean
      readonly width: number
    }
  | { readonly kind: 'fixedString'; readonly width: number; readonly padding: StringPadding }
  | { readonly kind: 'variableString'; readonly width: number }
  | { readonly kind: 'opaque'; readonly width: number; readonly tag: string }
  | { readonly kind: 'unsupported'; readonly width: number; readonly name: string }

export type StringPadding = 'null' | 'space'

const typeClass = {
  integer: 0,
  float: 1,
  string: 3,
  opaque: 5,
  enumeration: 8,
  variableLength: 9,
} as const
const classNames = [
  'integer',
  'float',
  'time',
  'string',
  'bit field',
  'opaque',
  'compound',
  'reference',
  'enumeration',
  'variable-length',
  'array',
]

const signedBySize: Readonly<Record<number, DType>> = {
  1: 'int8',
  2: 'int16',
  4: 'int32',
  8: 'int64',
}
const unsignedBySize: Readonly<Record<number, DType>> = {
  1: 'uint8',
  2: 'uint16',
  4: 'uint32',
  8: 'uint64',
}

/**
 * Reads a datatype message. A type no weight can have is answered as `unsupported`, so that files may hold it where it
 * does not matter.
 */
export function readDatatype(cursor: Cursor, depth = 0): Hdf5Type {
  const head = cursor.uint8()
  const version = head >> 4
  const kind = head & 0x0f
  if (version < 1 || version > 4 || depth > 4) {
    throw cursor.error('HDF5 datatype version', { expected: '1 to 4', got: `${version}` })
  }
  const flags = cursor.uint(3)
  const width = cursor.uint32()
  const name = classNames[kind] ?? `class ${kind}`
  const unsupported: Hdf5Type = { kind: 'unsupported', width, name: `${name} of ${width} bytes` }
  switch (kind) {
    case typeClass.integer: {
      const dtype = (flags & 8 ? signedBySize : unsignedBySize)[width]
      return dtype ? { kind: 'numeric', dtype, bigEndian: (flags & 1) !== 0, width } : unsupported
    }
    case typeClass.float: {
      const dtype = floatType(cursor, width)
      // Bit 6 with bit 0 is VAX order.
      return dtype && !(flags & 0x40)
        ? { kind: 'numeric', dtype, bigEndian: (flags & 1) !== 0, width }
        : unsupported
    }
    case typeClass.string:
      return { kind: 'fixedString', width, padding: (flags & 0x0f) === 2 ? 'space' : 'null' }
    case typeClass.opaque: {
      const tag = new TextDecoder('latin1').decode(
        cursor.take(Math.min(flags & 0xff, cursor.remaining)),
      )
      return { kind: 'opaque', width, tag: tag.replace(/\0.*$/s, '') }
    }
    case typeClass.enumeration: {
      // h5py writes bool as an enumeration of FALSE and TRUE over int8.
      const base = readDatatype(cursor, depth + 1)
      const isBool =
        base.kind === 'numeric' &&
        base.dtype === 'int8' &&
        (flags & 0xffff) === 2 &&
        namesBool(cursor)
      return isBool ? { kind: 'numeric', dtype: 'bool', bigEndian: false, width } : { ...base }
    }
    case typeClass.variableLength:
      return (flags & 0x0f) === 1 ? { kind: 'variableString', width } : unsupported
    default:
      return unsupported
  }
}

function namesBool(cursor: Cursor): boolean {
  const rest = new TextDecoder('latin1').decode(cursor.bytes.subarray(cursor.position))
  return rest.startsWith('FALSE\0')
}

/** Tells IEEE half, single, double and bfloat16 apart by their exponent and mantissa widths. */
function floatType(cursor: Cursor, width: number): DType | undefined {
  cursor.advance(2)
  const precision = cursor.uint16()
  cursor.advance(1)
  const exponent = cursor.uint8()
  cursor.advance(1)
  const mantissa = cursor.uint8()
  switch (`${width}/${precision}/${exponent}/${mantissa}`) {
    case '2/16/5/10':
      return 'float16'
    case '2/16/8/7':
      return 'bfloat16'
    case '4/32/8/23':
      return 'float32'
    case '8/64/11/52':
      return 'float64'
    default:
      return undefined
  }
}
