import { UsageError } from '@dotplus/core'
import { isJsonObject, parsePythonJson, type Json } from '../keras/python-json.ts'
import { baseName, readAll, type Source } from '../source.ts'

/** What a JSON file beside weights is. */
export type JsonRole =
  | { readonly role: 'architecture' }
  /** `model.weights.json`: which file holds which group of a sharded `.weights.h5`. */
  | { readonly role: 'shardIndex'; readonly files: readonly string[] }
  | { readonly role: 'other' }

/** Tells `model.to_json()`, the index of sharded weights, and anything else apart. */
export async function jsonRole(source: Source): Promise<JsonRole> {
  const text = new TextDecoder().decode(await readAll(source))
  const json = parsePythonJson(text, source.name, 'model config')
  if (!isJsonObject(json)) return { role: 'other' }
  if (typeof json.class_name === 'string') return { role: 'architecture' }
  if (!isJsonObject(json.weight_map)) return { role: 'other' }
  const names = Object.values(json.weight_map).flatMap((file: Json | undefined) => file ?? [])
  const files = names.filter((name): name is string => typeof name === 'string')
  return { role: 'shardIndex', files: [...new Set(files)].toSorted() }
}

/**
 * The parts that an index lists, from the files at hand.
 *
 * @throws {UsageError} naming a part that is missing
 */
export function shardParts(
  index: Source,
  files: readonly string[],
  weights: readonly Source[],
): Source[] {
  return files.map((name) => {
    const part = weights.find((source) => baseName(source.name) === baseName(name))
    if (part) return part
    throw new UsageError('a part of the sharded weights is missing', {
      file: index.name,
      expected: name,
      got: weights.map((source) => baseName(source.name)).join(', ') || 'no .weights.h5 files',
      hint: 'Give all parts together with the index',
    })
  })
}
