import { enums, messages } from '../generated/schema.ts'
import { FormatError } from '../errors.ts'
import { wire } from './wire-reader.ts'

/** Bytes of fields this version does not know, in file order; written back after the known ones. */
export type UnknownFields = readonly Uint8Array[]

/** A protobuf message as a plain object; the typed façade in `model/` names its fields. */
export type Message = Record<string, unknown> & { unknownFields?: UnknownFields }

const wireTypes: Readonly<Record<string, number>> = {
  string: wire.lengthDelimited,
  bytes: wire.lengthDelimited,
  float: wire.fixed32,
  fixed32: wire.fixed32,
  double: wire.fixed64,
}

export interface Field {
  readonly number: number
  readonly name: string
  /** A scalar of protobuf, the name of an enum or a message, or what a uint32 is an index of: `tensor`, `layer`. */
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

const lines = new Map(
  messages.split('\n').map((line) => [line.split(/[ /]/, 1)[0] as string, line] as const),
)
const tables = new Map<string, Table>()

function fieldOf(word: string, number: number): Field {
  const [, given, name = '', type = '', mark] = /^(?:(\d+)=)?(\w+):(\w+)(.?)$/.exec(word) ?? []
  const isEnum = type in enums
  const isMessage = lines.has(type)
  const wireType = isMessage ? wire.lengthDelimited : (wireTypes[type] ?? wire.varint)
  const repeated = mark === '*'
  return {
    number: given === undefined ? number : Number(given),
    name,
    type,
    repeated,
    packed: repeated && wireType !== wire.lengthDelimited,
    optional: mark === '?',
    isEnum,
    isMessage,
    wireType,
    inOneof: mark === '|',
  }
}

/** The fields of a message of the schema. */
export function tableOf(type: string): Table {
  let table = tables.get(type)
  if (table) return table
  const [head, ...words] = lines.get(type)?.split(' ') ?? []
  if (head === undefined) throw new FormatError(`no message ${type} in the schema`)
  const fields: Field[] = []
  for (const word of words) fields.push(fieldOf(word, (fields.at(-1)?.number ?? 0) + 1))
  table = {
    fields,
    byNumber: new Map(fields.map((field) => [field.number, field])),
    oneof: head.split('/')[1],
  }
  tables.set(type, table)
  return table
}
