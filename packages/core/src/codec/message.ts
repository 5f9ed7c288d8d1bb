import { messages, type FieldRow } from '../generated/schema.ts'
import { FormatError } from '../errors.ts'
import { wire } from './wire-reader.ts'

/** Bytes of fields this version does not know, in file order; written back after the known ones. */
export type UnknownFields = readonly Uint8Array[]

/** A protobuf message as a plain object; the typed façade in `model/` names its fields. */
export type Message = Record<string, unknown> & { unknownFields?: UnknownFields }

function wireTypeOf(row: FieldRow): number {
  const [, , type, flags] = row
  if (flags.includes('m')) return wire.lengthDelimited
  if (flags.includes('e')) return wire.varint
  switch (type) {
    case 'string':
    case 'bytes':
      return wire.lengthDelimited
    case 'float':
    case 'fixed32':
      return wire.fixed32
    case 'double':
      return wire.fixed64
    default:
      return wire.varint
  }
}

export interface Field {
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

export interface Table {
  readonly fields: readonly Field[]
  readonly byNumber: ReadonlyMap<number, Field>
  readonly oneof: string | undefined
}

const tables = new Map<string, Table>()

/** The fields of a message of the schema. */
export function tableOf(type: string): Table {
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
