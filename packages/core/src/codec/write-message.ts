import { FormatError } from '../errors.ts'
import { enums } from '../generated/schema.ts'
import { tableOf, type Field, type Message } from './message.ts'
import { wire } from './wire-reader.ts'
import { WireWriter } from './wire-writer.ts'

/** How each protobuf type of the schema is written. */
const scalars: Readonly<Record<string, (writer: WireWriter, value: never) => void>> = {
  string: (writer, value: string) => writer.string(value),
  bytes: (writer, value: Uint8Array) => writer.data(value),
  bool: (writer, value: boolean) => writer.varint(value ? 1 : 0),
  uint32: (writer, value: number) => writer.varint(value),
  tensor: (writer, value: number) => writer.varint(value),
  layer: (writer, value: number) => writer.varint(value),
  int32: (writer, value: number) => writer.varint(value),
  sint32: (writer, value: number) => writer.zigzag(value),
  fixed32: (writer, value: number) => writer.fixed32(value),
  uint64: (writer, value: number) => writer.varint(value),
  int64: (writer, value: number) => writer.varint(value),
  sint64: (writer, value: number) => writer.zigzag(value),
  float: (writer, value: number) => writer.float(value),
  double: (writer, value: number) => writer.double(value),
}

function writeValue(writer: WireWriter, field: Field, value: unknown): void {
  if (field.isEnum) {
    const number = enums[field.type]?.[value as string]
    if (number === undefined) throw new FormatError(`unknown ${field.type}`, { got: String(value) })
    writer.varint(number)
  } else if (field.isMessage) {
    const message = new WireWriter()
    writeMessage(message, field.type, value as Message)
    writer.data(message.finish())
  } else {
    const write = scalars[field.type]
    if (!write) throw new FormatError(`no writer for protobuf type ${field.type}`)
    write(writer, value as never)
  }
}

function isDefault(field: Field, value: unknown): boolean {
  if (field.optional || field.inOneof || field.isMessage || field.isEnum) return false
  if (value instanceof Uint8Array) return value.byteLength === 0
  return value === '' || value === false || Object.is(value, 0)
}

/** Writes a message's fields in the order of their numbers; `skip` names fields left to the caller. */
export function writeMessage(
  writer: WireWriter,
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
        const items = new WireWriter()
        for (const item of list) writeValue(items, field, item)
        writer.varint((field.number << 3) | wire.lengthDelimited)
        writer.data(items.finish())
      } else {
        for (const item of list) {
          writer.varint(tag)
          writeValue(writer, field, item)
        }
      }
    } else if (!isDefault(field, value)) {
      writer.varint(tag)
      writeValue(writer, field, value)
    }
  }
  for (const bytes of message.unknownFields ?? []) writer.raw(bytes)
}
