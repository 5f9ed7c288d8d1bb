import { DotplusError, FormatError } from '../errors.ts'
import { Reader } from '../generated/reader.js'
import { enums } from '../generated/schema.ts'
import { lengthDelimited, tableOf, type Field, type Message } from './message.ts'

const maximumDepth = 100

const enumNames = new Map<string, ReadonlyMap<number, string>>()

function enumNameOf(type: string, number: number): string {
  let names = enumNames.get(type)
  if (!names) {
    names = new Map(Object.entries(enums[type] ?? {}).map(([name, value]) => [value, name]))
    enumNames.set(type, names)
  }
  const name = names.get(number)
  if (name === undefined) {
    throw new FormatError(`unknown ${type}`, {
      got: `${number}`,
      hint: 'The file was written by a newer version of dotplus; upgrade the package that reads it',
    })
  }
  return name
}

const emptyBytes = new Uint8Array(0)

function defaultOf(field: Field): unknown {
  if (field.repeated) return []
  if (field.optional || field.isEnum || field.isMessage || field.inOneof) return undefined
  switch (field.type) {
    case 'string':
      return ''
    case 'bytes':
      return emptyBytes
    case 'bool':
      return false
    default:
      return 0
  }
}

function readScalar(reader: Reader, field: Field): unknown {
  switch (field.type) {
    case 'string':
      return reader.stringVerify()
    case 'bytes': {
      const length = reader.uint32()
      const start = reader.pos
      if (start + length > reader.len) throw new RangeError('length beyond the end')
      reader.pos = start + length
      return reader.buf.subarray(start, start + length)
    }
    case 'bool':
      return reader.bool()
    case 'uint32':
      return reader.uint32()
    case 'int32':
      return reader.int32()
    case 'sint32':
      return reader.sint32()
    case 'fixed32':
      return reader.fixed32()
    case 'uint64':
      return Number(reader.uint64())
    case 'int64':
      return Number(reader.int64())
    case 'sint64':
      return Number(reader.sint64())
    case 'float':
      return reader.float()
    case 'double':
      return reader.double()
    default:
      throw new FormatError(`no reader for protobuf type ${field.type}`)
  }
}

function readValue(reader: Reader, field: Field, depth: number): unknown {
  if (field.isEnum) {
    const number = reader.int32()
    return number === 0 ? undefined : enumNameOf(field.type, number)
  }
  if (!field.isMessage) return readScalar(reader, field)
  const length = reader.uint32()
  const end = reader.pos + length
  if (end > reader.len) throw new RangeError('length beyond the end')
  const outer = reader.len
  reader.len = end
  const message = readMessage(reader, field.type, depth + 1)
  reader.len = outer
  return message
}

function readMessage(reader: Reader, type: string, depth: number): Message {
  if (depth > maximumDepth)
    throw new FormatError('messages are nested too deeply', {
      expected: `at most ${maximumDepth} levels`,
    })
  const table = tableOf(type)
  const message: Message = {}
  for (const field of table.fields) {
    const value = defaultOf(field)
    if (value !== undefined) message[field.name] = value
  }
  const unknown: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const start = reader.pos
    const tag = reader.tag()
    const wireType = tag & 7
    const field = table.byNumber.get(tag >>> 3)
    if (
      !field ||
      !(wireType === field.wireType || (field.packed && wireType === lengthDelimited))
    ) {
      reader.skipType(wireType, 0, tag >>> 3)
      if (reader.pos > reader.len) throw new RangeError('field beyond the end')
      unknown.push(reader.buf.subarray(start, reader.pos))
      continue
    }
    if (!field.repeated) {
      const value = readValue(reader, field, depth)
      if (field.inOneof && table.oneof) {
        const previous = message[table.oneof] as string | undefined
        if (previous !== undefined) delete message[previous]
        message[table.oneof] = field.name
      }
      if (value !== undefined) message[field.name] = value
      continue
    }
    const list = message[field.name] as unknown[]
    if (field.packed && wireType === lengthDelimited) {
      const length = reader.uint32()
      const end = reader.pos + length
      if (end > reader.len) throw new RangeError('length beyond the end')
      const outer = reader.len
      reader.len = end
      while (reader.pos < end) list.push(readValue(reader, field, depth))
      reader.len = outer
    } else {
      list.push(readValue(reader, field, depth))
    }
  }
  if (unknown.length > 0) message.unknownFields = unknown
  return message
}

/**
 * Decodes one message. Byte fields are views into `bytes`, not copies. Fields that are not in the schema are kept in
 * `unknownFields`.
 *
 * @throws {FormatError} naming the offset when the bytes are cut off or not protobuf
 */
export function decodeMessage(type: string, bytes: Uint8Array): Message {
  // A plain Uint8Array, so that Node's Buffer subclass does not leak into the model.
  const reader = new Reader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  try {
    return readMessage(reader, type, 0)
  } catch (error) {
    if (error instanceof DotplusError) throw error
    throw new FormatError('not a readable dotplus model: the bytes end early or are damaged', {
      place: `byte ${Math.min(reader.pos, bytes.byteLength)} of ${bytes.byteLength}`,
      cause: error,
    })
  }
}
