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

/** The words of each message of the schema, by its name. */
const lines = new Map(
  messages.split('\n').map((line) => {
    const words = line.split(' ')
    return [(words[0] as string).split('/', 1)[0] as string, words] as const
  }),
)
const tables = new Map<string, Table>()
const emptyBytes = new Uint8Array(0)

function fieldOf(word: string, number: number): Field {
  const colon = word.indexOf(':')
  const last = word.at(-1) as string
  const mark = '*?|'.includes(last) ? last : ''
  const type = word.slice(colon + 1, word.length - mark.length)
  const isMessage = lines.has(type)
  const wireType = isMessage ? wire.lengthDelimited : (wireTypes[type] ?? wire.varint)
  const repeated = mark === '*'
  return {
    number,
    name: word.slice(word.indexOf('=') + 1, colon),
    type,
    repeated,
    packed: repeated && wireType !== wire.lengthDelimited,
    optional: mark === '?',
    isEnum: type in enums,
    isMessage,
    wireType,
    inOneof: mark === '|',
  }
}

/** What a field is until it is read; undefined where it can be absent. */
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

/** The fields of a message of the schema, each made when it is asked for: a model uses few of them. */
export class Table {
  /** The name of the message's oneof. */
  readonly oneof: string | undefined
  readonly #words = new Map<number, string>()
  readonly #fields = new Map<number, Field>()
  #all: readonly Field[] | undefined
  #always: readonly Field[] | undefined

  constructor([head, ...words]: readonly string[]) {
    this.oneof = head?.split('/')[1]
    let number = 0
    for (const word of words) {
      const given = word.indexOf('=')
      number = given < 0 ? number + 1 : Number(word.slice(0, given))
      this.#words.set(number, word)
    }
  }

  field(number: number): Field | undefined {
    let field = this.#fields.get(number)
    if (field) return field
    const word = this.#words.get(number)
    if (word === undefined) return undefined
    field = fieldOf(word, number)
    this.#fields.set(number, field)
    return field
  }

  /** All of them, in the order of their numbers. */
  get fields(): readonly Field[] {
    this.#all ??= [...this.#words.keys()].map((number) => this.field(number) as Field)
    return this.#all
  }

  named(name: string): Field | undefined {
    const [start, numbered] = [`${name}:`, `=${name}:`]
    for (const [number, word] of this.#words)
      if (word.startsWith(start) || word.includes(numbered)) return this.field(number)
    return undefined
  }

  /** A message none of whose fields has been read. */
  empty(): Message {
    this.#always ??= [...this.#words]
      .filter(([, word]) => !word.endsWith('|') && !word.endsWith('?'))
      .map(([number]) => this.field(number) as Field)
    const message: Message = {}
    for (const field of this.#always) {
      const value = defaultOf(field)
      if (value !== undefined) message[field.name] = value
    }
    return message
  }
}

/** The fields of a message of the schema. */
export function tableOf(type: string): Table {
  let table = tables.get(type)
  if (table) return table
  const words = lines.get(type)
  if (words === undefined) throw new FormatError(`no message ${type} in the schema`)
  table = new Table(words)
  tables.set(type, table)
  return table
}
