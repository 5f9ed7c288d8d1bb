// Turns proto/model.proto into the two files the codec runs on:
//   src/generated/schema.ts  every message as a table of fields: data, so nothing is evaluated at run time
//   src/generated/wire.js    protobufjs's Reader and Writer, bundled, so that @dotplus/core has no dependencies
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
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

await build({
  stdin: {
    contents: `import Reader from 'protobufjs/src/reader.js'
import Writer from 'protobufjs/src/writer.js'
const withoutBuffer = { _configure() {} }
Reader._configure(withoutBuffer)
Writer._configure(withoutBuffer)
export { Reader, Writer }`,
    resolveDir: root,
  },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  // 64-bit integers are read as numbers: file offsets and sizes stay below 2^53.
  alias: { long: `${root}scripts/no-long.cjs` },
  banner: {
    js: '/* protobufjs Reader and Writer, Copyright (c) 2016, Daniel Wirtz, BSD-3-Clause; see THIRD_PARTY_LICENSES. */',
  },
  outfile: `${out}/wire.js`,
  logLevel: 'warning',
})
writeFileSync(
  `${out}/wire.d.ts`,
  `export declare class Reader {
  constructor(buffer: Uint8Array)
  buf: Uint8Array
  pos: number
  len: number
  tag(): number
  uint32(): number
  int32(): number
  sint32(): number
  bool(): boolean
  fixed32(): number
  float(): number
  double(): number
  uint64(): number
  int64(): number
  sint64(): number
  bytes(): Uint8Array
  stringVerify(): string
  skipType(wireType: number, depth?: number, fieldNumber?: number): this
}
export declare class Writer {
  uint32(value: number): this
  int32(value: number): this
  sint32(value: number): this
  bool(value: boolean): this
  fixed32(value: number): this
  float(value: number): this
  double(value: number): this
  uint64(value: number): this
  int64(value: number): this
  sint64(value: number): this
  bytes(value: Uint8Array): this
  string(value: string): this
  raw(value: Uint8Array): this
  fork(): this
  ldelim(): this
  finish(): Uint8Array
}
`,
)

// tsc does not copy plain JavaScript.
mkdirSync(`${root}dist/generated`, { recursive: true })
for (const file of ['wire.js', 'wire.d.ts'])
  cpSync(`${out}/${file}`, `${root}dist/generated/${file}`)
