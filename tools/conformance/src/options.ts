import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Collection } from './cases/find.ts'

export interface Options {
  readonly collections: readonly Collection[]
  /** Names of runtimes in lower case; empty: all. */
  readonly runtimes: readonly string[]
  readonly filter: string
  /** File for the counts, as JSON. */
  readonly summary: string | undefined
}

export const usage: string = `Every case on every runtime: the numbers of Keras, and the same bits everywhere.

  node dist/main.js [FOLDER…] [--runtime NAME]… [--filter TEXT] [--summary FILE]

FOLDER       trees of case folders; without one, test-fixtures
--runtime    only this one: node24, deno, bun, chromium, or the Node that runs this (node${process.versions.node.split('.')[0]})
--filter     only cases with this text in their name
--summary    writes { passed, failures, skipped } to this file instead of printing them`

const fixtures = fileURLToPath(new URL('../../../test-fixtures', import.meta.url))

/** @throws {TypeError} for options that are not above */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      runtime: { type: 'string', multiple: true, default: [] },
      filter: { type: 'string', default: '' },
      summary: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const folders = positionals.length > 0 ? positionals : [fixtures]
  return {
    collections: folders.map((folder) => ({
      name: basename(resolve(folder)),
      folder: resolve(folder),
    })),
    runtimes: values.runtime.map((name) => name.toLowerCase().replaceAll(' ', '')),
    filter: values.filter,
    summary: values.summary,
  }
}
