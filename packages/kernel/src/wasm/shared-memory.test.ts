import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../../assembly')

// Threads run the same code on the same memory: what a kernel keeps while it runs belongs into globals, which every
// instance has for itself, or into scratch that its record names.
test('kernels keep nothing but constants in static memory', () => {
  const mutable = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /memory\.data\(|StaticArray/.test(readFileSync(join(folder, name), 'utf8')))
  expect(mutable).toEqual([])
})
