import { DotplusError, FormatError } from '../errors.ts'
import { enums } from '../generated/schema.ts'
import { tableOf, type Field, type Message } from './message.ts'
import { wire, WireReader } from './wire-reader.ts'

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

/** How each protobuf type of the schema is read. */
const scalars: Readonly<Record<string, (reader: WireReader) => unknown>> = {
  string: (reader) => reader.string(),
  bytes: (reader) => reader.data(),
  bool: (reader) => reader.bool(),
  uint32: (reader) => reader.uint32(),
  tensor: (reader) => reader.uint32(),
  layer: (reader) => reader.uint32(),
  int32: (reader) => reader.int32(),
  sint32: (reader) => reader.sint32(),
  fixed32: (reader) => reader.fixed32(),
  uint64: (reader) => reader.uint64(),
  int64: (reader) => reader.int64(),
  sint64: (reader) => reader.sint64(),
  float: (reader) => reader.float(),
  double: (reader) => reader.double(),
}

function readValue(reader: WireReader, field: Field, depth: number): unknown {
  if (field.isEnum) {
    const number = reader.int32()
    return number === 0 ? undefined : enumNameOf(field.type, number)
  }
  if (field.isMessage) return reader.delimited(() => readMessage(reader, field.type, depth + 1))
  const read = scalars[field.type]
  if (!read) throw new FormatError(`no reader for protobuf type ${field.type}`)
  return read(reader)
}

function readMessage(reader: WireReader, type: string, depth: number): Message {
  if (depth > maximumDepth)
    throw new FormatError('messages are nested too deeply', {
      expected: `at most ${maximumDepth} levels`,
    })
  const table = tableOf(type)
  const message = table.empty()
  const unknown: Uint8Array[] = []
  while (reader.position < reader.end) {
    const start = reader.position
    const tag = reader.uint32()
    const wireType = tag & 7
    const field = table.field(tag >>> 3)
    if (
      !field ||
      !(wireType === field.wireType || (field.packed && wireType === wire.lengthDelimited))
    ) {
      reader.skip(tag)
      unknown.push(reader.bytes.subarray(start, reader.position))
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
    if (field.packed && wireType === wire.lengthDelimited) {
      reader.delimited(() => {
        while (reader.position < reader.end) list.push(readValue(reader, field, depth))
      })
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
  const reader = new WireReader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  try {
    return readMessage(reader, type, 0)
  } catch (error) {
    if (error instanceof DotplusError) throw error
    throw new FormatError('not a readable dotplus model: the bytes end early or are damaged', {
      place: `byte ${reader.position} of ${bytes.byteLength}`,
      cause: error,
    })
  }
}
