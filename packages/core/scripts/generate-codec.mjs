// Turns proto/model.proto into the two files the codec runs on:
//   src/generated/schema.ts  every message as a table of fields: data, so nothing is evaluated at run time
//   src/generated/{reader,writer}.js  protobufjs's Reader and Writer, bundled, so that @dotplus/core has no dependencies
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
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

/** Parts of protobufjs that its reader and writer load and never call. */
const withoutUnusedParts = {
  name: 'without-unused-parts',
  /** @param {import('esbuild').PluginBuild} bundle */
  setup(bundle) {
    bundle.onResolve({ filter: /^\.\/(aspromise|base64|eventemitter)$/ }, () => ({
      path: `${root}scripts/wire/unused.cjs`,
    }))
  },
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

const dist = `${root}dist/generated`
for (const folder of [out, dist]) for (const file of wireFiles(folder)) rmSync(`${folder}/${file}`)
await build({
  entryPoints: ['reader', 'writer'].map((name) => `${root}scripts/wire/${name}.mjs`),
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  // 64-bit integers are read as numbers: file offsets and sizes stay below 2^53.
  alias: { long: `${root}scripts/wire/no-long.cjs` },
  plugins: [withoutUnusedParts],
  banner: {
    js: '/*! protobufjs, Copyright (c) 2016, Daniel Wirtz, BSD-3-Clause; see NOTICE. */',
  },
  outdir: out,
  chunkNames: 'wire',
  logLevel: 'warning',
})
for (const name of ['reader', 'writer']) {
  cpSync(`${root}scripts/wire/${name}.d.ts`, `${out}/${name}.d.ts`)
}
// tsc does not copy plain JavaScript.
mkdirSync(dist, { recursive: true })
for (const file of wireFiles(out)) cpSync(`${out}/${file}`, `${dist}/${file}`)

/** @param {string} folder */
function wireFiles(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((file) => /^(reader|writer|wire)\.(js|d\.ts)$/.test(file))
}
