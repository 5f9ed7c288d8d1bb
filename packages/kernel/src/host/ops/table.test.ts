import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { opTable } from './table.ts'

const documentation = join(import.meta.dirname, '../../../../../docs/functions.md')

it('docs/functions.md lists every function, in bold those that WebAssembly has an op for', () => {
  const [listed = ''] = readFileSync(documentation, 'utf8').split('Activations (')
  const found = [...listed.matchAll(/(\*\*)?`([a-z][\w.]*)`/g)]
    .map(([, bold, name]) => [name as string, bold !== undefined] as const)
    .filter(([name]) => Object.hasOwn(opTable, name))
  const expected = Object.entries(opTable).map(([name, entry]) => [name, !!entry.float32] as const)
  expect(new Map(found)).toEqual(new Map(expected))
})
