import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { convert, sourceFromBytes } from '@dotplus/converter'
import { DotplusError, encode } from '@dotplus/core'
import { load } from '@dotplus/node'
import { unzipSync, zipSync, type Unzipped } from 'fflate'
import { describe, expect, test } from 'vitest'
import { readCase, type CaseData } from './cases/read.ts'
import { withoutCase } from './support/not-covered.ts'

const known = (
  JSON.parse(
    readFileSync(new URL('../../keras-fixtures/keras-layers.json', import.meta.url), 'utf8'),
  ) as { layers: Readonly<Record<string, { readonly names: readonly string[] }>> }
).layers

const cases = fileURLToPath(new URL('../../../test-fixtures/cases/', import.meta.url))

/** The name that a class has in the list of Keras's layers, by any of its names. */
const canonical = new Map(
  Object.entries(known).flatMap(([name, { names }]) =>
    [name, ...names].map((each) => [each, name] as const),
  ),
)

/** A serialized layer. */
interface LayerJson {
  readonly class_name: string
  readonly config: Record<string, unknown>
}

/** One layer class in one file. */
interface Subject {
  readonly className: string
  readonly folder: string
  /** Keys from the whole config to the serialized layer. */
  readonly path: readonly (string | number)[]
}

/** Every layer class that a case has, once: in the first case of the grids, or in the first of all. */
function subjects(): Subject[] {
  const found = new Map<string, Subject>()
  const names = readdirSync(cases).filter(
    (each) => !each.startsWith('custom-') && existsSync(`${cases}${each}/model.keras`),
  )
  for (const name of names.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const folder = `${cases}${name}`
    const visit = (value: unknown, path: readonly (string | number)[]): void => {
      if (typeof value !== 'object' || value === null) return
      const { class_name: name, module, config } = value as Record<string, unknown>
      const className = canonical.get(String(name))
      const isNode = String(module).includes('.ops.') || className === 'InputLayer'
      if (className !== undefined && !isNode && config !== null && !found.has(className))
        found.set(className, { className, folder, path })
      for (const [key, each] of Object.entries(value))
        visit(each, [...path, Array.isArray(value) ? Number(key) : key])
    }
    visit(configOf(folder), [])
  }
  return [...found.values()]
}

const rankOf = (name: string): number => Number(!name.startsWith('grid-'))

function layerAt(json: unknown, path: Subject['path']): LayerJson {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown>)[key],
    json,
  ) as LayerJson
}

const entriesIn = (folder: string): Unzipped => unzipSync(readFileSync(`${folder}/model.keras`))

function configOf(folder: string): unknown {
  const text = new TextDecoder().decode(entriesIn(folder)['config.json'])
  // Python writes infinities and NaN as they are; functions have such arguments, layers have none.
  return JSON.parse(text.replace(/(?<=[:[,] ?)(-?Infinity|NaN)/g, 'null'))
}

/** What the model answers with one layer's arguments changed, or the error that stops it. */
async function answer(
  { folder, path }: Subject,
  data: CaseData,
  change: Record<string, unknown>,
): Promise<readonly ArrayLike<unknown>[] | DotplusError> {
  const json = configOf(folder)
  Object.assign(layerAt(json, path).config, change)
  const config = new TextEncoder().encode(JSON.stringify(json))
  const entries = { ...entriesIn(folder), 'config.json': config }
  try {
    const model = await convert(sourceFromBytes('model.keras', zipSync(entries, { level: 0 })))
    using loaded = await load(encode(model))
    const result: unknown = loaded.predict(data.inputs[0] as never)
    const tensors = Array.isArray((result as { shape?: unknown }).shape)
      ? [result]
      : Object.values(result as object)
    return tensors.map((tensor) => (tensor as { data: ArrayLike<unknown> }).data)
  } catch (error) {
    if (error instanceof DotplusError) return error
    throw error
  }
}

const readData = (folder: string): Promise<CaseData> =>
  readCase({ collection: '', name: basename(folder), folder, model: '' })

/** Arguments that say nothing about numbers, or that any number is good for. */
const free =
  /^(name|trainable|dtype|seed|momentum|epsilon|alpha|negative_slope|threshold|mask_value|scale|offset|fill_value|mean|variance|logit_soft_cap|invert|center|lora_alpha|clip_limit|bin_boundaries|mag_exp|top_db|min_power|ref_power|oov_token|mask_token)$|_(initializer|regularizer|constraint)$/

/** A value that no layer takes for this argument; undefined where there is none to say. */
function outOfRange(value: unknown): unknown {
  if (typeof value === 'number') return -77
  if (typeof value === 'string' || typeof value === 'boolean') return 'no_such_value'
  if (Array.isArray(value) && value.every((item) => typeof item === 'number'))
    return value.map(() => -77)
  return undefined
}

const all = subjects()

test('every class that is in a case is tried', () => {
  const tried = new Set(all.map(({ className }) => className))
  const untried = Object.keys(known).filter((name) => !tried.has(name))
  expect(untried).toEqual([...Object.keys(withoutCase), 'InputLayer'].toSorted())
})

describe.each(all)('$className', (subject) => {
  const layer = layerAt(configOf(subject.folder), subject.path)
  // A layer inside another one is named by its class, or as part of the other's path.
  const named = new RegExp(`${layer.config.name as string}|${layer.class_name}`)

  test('names an argument that it does not have', async () => {
    const error = await answer(subject, await readData(subject.folder), { no_such_argument: 1 })
    expect(error).toBeInstanceOf(DotplusError)
    expect(String(error)).toMatch(named)
    expect(String(error)).toContain('no_such_argument')
  })

  const wrong = Object.entries(layer.config)
    .filter(([key]) => !free.test(key))
    .map(([key, value]) => [key, outOfRange(value)] as const)
    .filter(([, value]) => value !== undefined)
  if (wrong.length === 0) return
  test.each(wrong)('refuses %s = %j, or computes what it did', async (key, value) => {
    const data = await readData(subject.folder)
    const result = await answer(subject, data, { [key]: value })
    if (result instanceof DotplusError) {
      expect(result.message).toMatch(named)
      return
    }
    expect(result).toEqual(await answer(subject, data, {}))
  })
})
