// Turns proto/model.proto into src/generated/schema.ts, which the codec runs on: data, so that nothing is evaluated at run
// time, and text, which weighs least. One line a message, one word a field, in the order of their numbers:
//
//   Tensor name:string dtype:DType shape:uint64* external:External … 14=padding:bytes
//
// A number is written where it is not the one after the last. `*` is repeated, `?` proto3 optional, `|` a member of the
// message's oneof, whose name follows the message's after a slash. An index that the comment of its field calls a tensor
// index or a layer index has the type `tensor` or `layer`; both are uint32 on the wire.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = `${root}src/generated`
mkdirSync(out, { recursive: true })

/** @param {protobuf.Field} field */
function typeOf(field) {
  if (field.resolvedType) return field.resolvedType.name
  const [, index] = /^(Tensor|Layer) ind(?:ex|ices)\b/.exec(field.comment ?? '') ?? []
  if (index === undefined) return field.type
  if (field.type !== 'uint32') throw new Error(`${field.fullName}: an index is a uint32`)
  return index.toLowerCase()
}

/** @param {protobuf.Field} field @param {boolean} inOneof */
function markOf(field, inOneof) {
  if (inOneof) return '|'
  if (field.repeated) {
    const packs =
      !(field.resolvedType instanceof protobuf.Type) && !/^(string|bytes)$/.test(field.type)
    if (packs && !field.packed) throw new Error(`${field.fullName}: repeated numbers are packed`)
    return '*'
  }
  return field.options?.proto3_optional ? '?' : ''
}

/** @param {protobuf.Type} message */
function line(message) {
  const oneof = message.oneofsArray.find((entry) => !entry.isProto3Optional)
  const words = [oneof ? `${message.name}/${oneof.name}` : message.name]
  let expected = 1
  for (const field of message.fieldsArray.toSorted((a, b) => a.id - b.id)) {
    field.resolve()
    const number = field.id === expected ? '' : `${field.id}=`
    const mark = markOf(field, oneof?.fieldsArray.includes(field) ?? false)
    words.push(`${number}${field.name}:${typeOf(field)}${mark}`)
    expected = field.id + 1
  }
  return words.join(' ')
}

const source = readFileSync(`${root}proto/model.proto`, 'utf8')
const schema = protobuf.parse(source, { alternateCommentMode: true }).root
schema.resolveAll()
const lines = []
const enums = {}
for (const item of schema.lookup('dotplus.v1').nestedArray) {
  if (item instanceof protobuf.Enum) {
    // 0 is "unspecified" and reads as undefined.
    enums[item.name] = Object.fromEntries(
      Object.entries(item.values)
        .filter(([, number]) => number !== 0)
        .map(([name, number]) => [name.toLowerCase(), number]),
    )
  } else if (item instanceof protobuf.Type) lines.push(line(item))
}

writeFileSync(
  `${out}/schema.ts`,
  `// Made from proto/model.proto by scripts/generate-codec.mjs, which says how to read it.
export const messages: string = \`${lines.join('\n')}\`
export const enums: Readonly<Record<string, Readonly<Record<string, number>>>> = ${JSON.stringify(enums)}
`,
)
