import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as api from '@dotplus/node'
import { expect, it } from 'vitest'

it('exports these names', () => {
  expect(Object.keys(api).toSorted()).toEqual([
    'DotplusError',
    'FormatError',
    'InputError',
    'ModelError',
    'ResourceError',
    'RuntimeError',
    'UnsupportedError',
    'UsageError',
    'load',
  ])
})

it.each(['browser', 'deno', 'node'])(
  '@dotplus/%s depends on core and kernel alone and runs nothing at install',
  (name) => {
    const path = join(import.meta.dirname, '../..', name, 'package.json')
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<
      string,
      Record<string, string>
    >
    expect(Object.keys(manifest['dependencies'] ?? {})).toEqual([
      '@dotplus/core',
      '@dotplus/kernel',
    ])
    expect(
      Object.keys(manifest['scripts'] ?? {}).filter((script) => /install|prepare/.test(script)),
    ).toEqual([])
  },
)
