import { enums, messages, type FieldRow } from '../generated/schema.ts'
import { Reader, Writer } from '../generated/wire.js'
import { DotplusError, FormatError } from '../errors.ts'

/** Bytes of fields this version does not know, in file order; written back after the known ones. */
export type UnknownFields = readonly Uint8Array[]

/** A protobuf message as a plain object; the typed façade in `model/` names its fields. */
export type Message = Record<string, unknown> & { unknownFields?: UnknownFields }

const maximumDepth = 100

const varint = 0
const fixed64 = 1
const lengthDelimited = 2
const fixed32 = 5

function wireTypeOf(row: FieldRow): number {
  const [, , type, flags] = row
  if (flags.includes('m')) return lengthDelimited
  if (flags.includes('e')) return varint
  switch (type) {
    case 'string':
    case 'bytes':
      return lengthDelimited
    case 'float':
    case 'fixed32':
      return fixed32
    case 'double':
      return fixed64
    default:
      return varint
  }
}

interface Field {
  readonly number: number
  readonly name: string
  readonly type: string
  readonly repeated: boolean
  readonly packed: boolean
  readonly optional: boolean
  readonly isEnum: boolean
  readonly isMessage: boolean
  readonly wireType: number
  /** Belongs to the message's oneof. */
  readonly inOneof: boolean
}

interface Table {
  readonly fields: readonly Field[]
  readonly byNumber: ReadonlyMap<number, Field>
  readonly oneof: string | undefined
}

const tables = new Map<string, Table>()

function tableOf(type: string): Table {
  let table = tables.get(type)
  if (table) return table
  const source = messages[type]
  if (!source) throw new FormatError(`no message ${type} in the schema`)
  const fields = source.fields.map((row): Field => {
    const [number, name, fieldType, flags] = row
    return {
      number,
      name,
      type: fieldType,
      repeated: flags.includes('r'),
      packed: flags.includes('p'),
      optional: flags.includes('o'),
      isEnum: flags.includes('e'),
      isMessage: flags.includes('m'),
      wireType: wireTypeOf(row),
      inOneof: source.members?.includes(name) ?? false,
    }
  })
  table = {
    fields,
    byNumber: new Map(fields.map((field) => [field.number, field])),
    oneof: source.oneof,
  }
  tables.set(type, table)
  return table
}

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

// ---- decode ----

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

// ---- encode ----

function writeScalar(writer: Writer, field: Field, value: unknown): void {
  switch (field.type) {
    case 'string':
      writer.string(value as string)
      return
    case 'bytes':
      writer.bytes(value as Uint8Array)
      return
    case 'bool':
      writer.bool(value as boolean)
      return
    case 'uint32':
      writer.uint32(value as number)
      return
    case 'int32':
      writer.int32(value as number)
      return
    case 'sint32':
      writer.sint32(value as number)
      return
    case 'fixed32':
      writer.fixed32(value as number)
      return
    case 'uint64':
      writer.uint64(value as number)
      return
    case 'int64':
      writer.int64(value as number)
      return
    case 'sint64':
      writer.sint64(value as number)
      return
    case 'float':
      writer.float(value as number)
      return
    case 'double':
      writer.double(value as number)
      return
    default:
      throw new FormatError(`no writer for protobuf type ${field.type}`)
  }
}

function writeValue(writer: Writer, field: Field, value: unknown): void {
  if (field.isEnum) {
    const number = enums[field.type]?.[value as string]
    if (number === undefined) throw new FormatError(`unknown ${field.type}`, { got: String(value) })
    writer.int32(number)
  } else if (field.isMessage) {
    writer.fork()
    writeMessage(writer, field.type, value as Message)
    writer.ldelim()
  } else {
    writeScalar(writer, field, value)
  }
}

function isDefault(field: Field, value: unknown): boolean {
  if (field.optional || field.inOneof || field.isMessage || field.isEnum) return false
  if (value instanceof Uint8Array) return value.byteLength === 0
  return value === '' || value === false || Object.is(value, 0)
}

/** Writes a message's fields in the order of their numbers; `skip` names fields left to the caller. */
export function writeMessage(
  writer: Writer,
  type: string,
  message: Message,
  skip?: ReadonlySet<string>,
): void {
  for (const field of tableOf(type).fields) {
    if (skip?.has(field.name)) continue
    const value = message[field.name]
    if (value === undefined || value === null) continue
    const tag = (field.number << 3) | field.wireType
    if (field.repeated) {
      const list = value as readonly unknown[]
      if (list.length === 0) continue
      if (field.packed) {
        writer.uint32((field.number << 3) | lengthDelimited).fork()
        for (const item of list) writeValue(writer, field, item)
        writer.ldelim()
      } else {
        for (const item of list) {
          writer.uint32(tag)
          writeValue(writer, field, item)
        }
      }
    } else if (!isDefault(field, value)) {
      writer.uint32(tag)
      writeValue(writer, field, value)
    }
  }
  for (const bytes of message.unknownFields ?? []) writer.raw(bytes)
}

/** Encodes one message on its own. */
export function encodeMessage(
  type: string,
  message: Message,
  skip?: ReadonlySet<string>,
): Uint8Array {
  const writer = new Writer()
  writeMessage(writer, type, message, skip)
  return writer.finish()
}
