// Turns proto/model.proto into src/generated/schema.ts, which the codec runs on: every message as a table of fields,
// data, so that nothing is evaluated at run time.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import protobuf from 'protobufjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = `${root}src/generated`
mkdirSync(out, { recursive: true })

/** Packed encoding exists for numbers, booleans and enums only. */
function packable(resolved, type) {
  return resolved ? resolved instanceof protobuf.Enum : type !== 'string' && type !== 'bytes'
}

/** One field as [number, name, type, flags]; flags: r repeated, p packed, o proto3 optional, e enum, m message. */
function fieldRow(field) {
  field.resolve()
  const resolved = field.resolvedType
  const flags =
    (field.repeated ? 'r' : '') +
    (field.repeated && field.packed && packable(resolved, field.type) ? 'p' : '') +
    (field.options?.proto3_optional ? 'o' : '') +
    (resolved instanceof protobuf.Enum ? 'e' : '') +
    (resolved instanceof protobuf.Type ? 'm' : '')
  return [field.id, field.name, resolved ? resolved.name : field.type, flags]
}

const schema = protobuf.parse(readFileSync(`${root}proto/model.proto`, 'utf8')).root
schema.resolveAll()
const messages = {}
const enums = {}
for (const item of schema.lookup('dotplus.v1').nestedArray) {
  if (item instanceof protobuf.Enum) {
    // 0 is "unspecified" and reads as undefined.
    enums[item.name] = Object.fromEntries(
      Object.entries(item.values)
        .filter(([, number]) => number !== 0)
        .map(([name, number]) => [name.toLowerCase(), number]),
    )
  } else if (item instanceof protobuf.Type) {
    const oneof = item.oneofsArray.find((entry) => !entry.isProto3Optional)
    messages[item.name] = {
      fields: item.fieldsArray.toSorted?.((a, b) => a.id - b.id).map(fieldRow) ?? [],
      ...(oneof
        ? { oneof: oneof.name, members: oneof.fieldsArray.map((field) => field.name) }
        : {}),
    }
  }
}

writeFileSync(
  `${out}/schema.ts`,
  `// Made from proto/model.proto by scripts/generate-codec.mjs.
export type FieldRow = readonly [number: number, name: string, type: string, flags: string]
export interface MessageTable {
  readonly fields: readonly FieldRow[]
  readonly oneof?: string
  readonly members?: readonly string[]
}
export const messages: Readonly<Record<string, MessageTable>> = ${JSON.stringify(messages)}
export const enums: Readonly<Record<string, Readonly<Record<string, number>>>> = ${JSON.stringify(enums)}
`,
)
