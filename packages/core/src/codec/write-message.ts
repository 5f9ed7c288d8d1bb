import { FormatError } from '../errors.ts'
import { enums } from '../generated/schema.ts'
import type { Writer } from '../generated/writer.js'
import { lengthDelimited, tableOf, type Field, type Message } from './message.ts'

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
