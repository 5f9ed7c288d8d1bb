import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { convert, sourceFromBytes } from '@dotplus/converter'
import { DotplusError, encode } from '@dotplus/core'
import { load } from '@dotplus/node'
import { describe, expect, test } from 'vitest'
import { readCase, type CaseData } from './cases/read.ts'
import { entryOf } from './cases/zip-entry.ts'

const cases = fileURLToPath(new URL('../../../test-fixtures/cases/', import.meta.url))

interface LayerJson {
  readonly class_name: string
  readonly config: Record<string, unknown>
}
interface ModelJson {
  readonly config: { readonly layers: LayerJson[] }
}

/** One layer class in one file. */
interface Subject {
  readonly className: string
  readonly folder: string
  readonly index: number
}

/** Every layer class that a case of the grids has, once. */
function subjects(): Subject[] {
  const found = new Map<string, Subject>()
  for (const name of readdirSync(cases).filter((each) => each.startsWith('grid-'))) {
    const folder = `${cases}${name}`
    for (const [index, { class_name: className }] of configOf(folder).config.layers.entries())
      if (className !== 'InputLayer' && !found.has(className))
        found.set(className, { className, folder, index })
  }
  return [...found.values()]
}

const archiveOf = (folder: string): Buffer => readFileSync(`${folder}/model.keras`)

function configOf(folder: string): ModelJson {
  return JSON.parse(
    new TextDecoder().decode(entryOf(archiveOf(folder), 'config.json')),
  ) as ModelJson
}

/** What the model answers with one layer's arguments changed, or the error that stops it. */
async function answer(
  { folder, index }: Subject,
  data: CaseData,
  change: Record<string, unknown>,
): Promise<readonly ArrayLike<unknown>[] | DotplusError> {
  const json = configOf(folder)
  Object.assign((json.config.layers[index] as LayerJson).config, change)
  const weights = entryOf(archiveOf(folder), 'model.weights.h5')
  try {
    const model = await convert([
      sourceFromBytes('model.json', new TextEncoder().encode(JSON.stringify(json))),
      sourceFromBytes('model.weights.h5', weights),
    ])
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
  /^(name|trainable|dtype|seed|momentum|epsilon|alpha|negative_slope|threshold|mask_value|scale|offset|fill_value|mean|variance|logit_soft_cap|invert|center|lora_alpha)$|_(initializer|regularizer|constraint)$/

/** A value that no layer takes for this argument; undefined where there is none to say. */
function outOfRange(value: unknown): unknown {
  if (typeof value === 'number') return -77
  if (typeof value === 'string' || typeof value === 'boolean') return 'no_such_value'
  if (Array.isArray(value) && value.every((item) => typeof item === 'number'))
    return value.map(() => -77)
  return undefined
}

describe.each(subjects())('$className', (subject) => {
  const layer = configOf(subject.folder).config.layers[subject.index] as LayerJson
  const name = String(layer.config.name)

  test('names an argument that it does not have', async () => {
    const error = await answer(subject, await readData(subject.folder), { no_such_argument: 1 })
    expect(error).toBeInstanceOf(DotplusError)
    expect(String(error)).toContain(name)
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
      expect(result.message).toContain(name)
      return
    }
    expect(result).toEqual(await answer(subject, data, {}))
  })
})
