import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { convert, sourceFromBytes } from '@dotplus/converter'
import type { Graph, Layer } from '@dotplus/core'
import { unzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { alwaysTheSame, withoutCase, withoutNode } from './not-covered.ts'

interface Surface {
  readonly layers: Readonly<
    Record<string, { readonly names: readonly string[]; readonly arguments: readonly string[] }>
  >
  readonly ops: readonly string[]
}

const root = new URL('../../../../', import.meta.url)
const surface = JSON.parse(
  readFileSync(new URL('tools/keras-fixtures/keras-layers.json', root), 'utf8'),
) as Surface
const fixtures = fileURLToPath(new URL('test-fixtures/cases/', root))
const archives = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.keras'))
  .map((file) => join(fixtures, file))

/** The values that each argument of each class has in the cases, as JSON; "absent" where a class does not always save it. */
function valuesByClass(): Map<string, Map<string, Set<string>>> {
  const classes = new Map<string, Map<string, Set<string>>>()
  const configs: (readonly [className: string, config: object])[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item)
      return
    }
    if (typeof value !== 'object' || value === null) return
    const { class_name: name, config, module } = value as Record<string, unknown>
    const isObject = typeof config === 'object' && config !== null
    if (typeof name === 'string' && isObject && !String(module).includes('.ops.')) {
      const values = classes.get(name) ?? new Map<string, Set<string>>()
      for (const [key, each] of Object.entries(config)) {
        const seen = values.get(key) ?? new Set()
        values.set(key, seen.add(JSON.stringify(each)))
      }
      classes.set(name, values)
      configs.push([name, config])
    }
    for (const each of Object.values(value)) visit(each)
  }
  for (const archive of archives) {
    const config = new TextDecoder().decode(unzipSync(readFileSync(archive))['config.json'])
    // Python writes infinities and NaN as they are.
    visit(JSON.parse(config.replace(/(?<=[:[,] ?)(-?Infinity|NaN)/g, '"$1"')))
  }
  for (const [name, config] of configs)
    for (const [key, values] of classes.get(name) ?? [])
      if (!Object.hasOwn(config, key)) values.add('absent')
  return classes
}

const seen = valuesByClass()

describe.each(Object.entries(surface.layers))('%s', (name, { names, arguments: known }) => {
  const found = [...new Set([name, ...names])].map((each) => seen.get(each))
  const values = (argument: string): Set<string> =>
    new Set(found.flatMap((each) => [...(each?.get(argument) ?? [])]))

  const hasCase = withoutCase[name] === undefined
  test('is in a case, unless it is known to be in none', () => {
    expect(found.some((each) => each !== undefined)).toBe(hasCase)
  })

  const varied = known.filter(
    (argument) =>
      hasCase &&
      alwaysTheSame[`${name}.${argument}`] === undefined &&
      alwaysTheSame[argument] === undefined,
  )
  if (varied.length === 0) return
  test.each(varied)('has several values of %s', (argument) => {
    expect(values(argument).size).toBeGreaterThan(1)
  })
})

/** Names of functions and activations that a graph calls. */
function functionsOf(layers: readonly Layer[], graphs: readonly (Graph | undefined)[]): string[] {
  const called = graphs.flatMap((graph) => graph?.calls.map(({ layer }) => layers[layer]) ?? [])
  return called.flatMap((layer) => {
    if (layer?.kind === 'op') return [layer.op.name]
    return layer?.kind === 'activation' ? [`nn.${layer.activation.activation?.function}`] : []
  })
}

async function functionsInCases(): Promise<Set<string>> {
  const names = new Set<string>()
  const own = archives.filter((file) => /\/(op|activation-functions?)-/.test(file))
  for (const file of own) {
    const model = await convert(sourceFromBytes('model.keras', readFileSync(file)))
    const inner = model.layers.map((layer) =>
      layer.kind === 'submodel' ? layer.submodel.graph : undefined,
    )
    for (const name of functionsOf(model.layers, [model.graph, ...inner])) names.add(name)
  }
  return names
}

test('every function that runs is in a case, and what is in none is known', async () => {
  const { opTable } = (await import(
    new URL('packages/kernel/dist/host/ops/table.js', root).href
  )) as { opTable: Readonly<Record<string, unknown>> }
  const covered = await functionsInCases()
  const missing = Object.keys(opTable).filter(
    (name) => !covered.has(name) && withoutNode[lastOf(name)] === undefined,
  )
  expect(missing).toEqual([])
  const runs = new Set([...Object.keys(opTable), ...covered].map(lastOf))
  const unknown = surface.ops.filter((name) => !runs.has(name) && withoutNode[name] === undefined)
  expect(unknown).toEqual([])
}, 60_000)

const lastOf = (name: string): string => name.split('.').at(-1) as string
