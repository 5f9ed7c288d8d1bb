import { readFile } from 'node:fs/promises'
import { decode, type Model } from '@dotplus/core'
import { convert, sourceFromBytes, type Compositions, type Source } from '@dotplus/converter'

const { default: register } = (await import(
  new URL('../../../../test-fixtures/register.mjs', import.meta.url).href
)) as { default: Compositions }

/** The model of a case as the converter reads it. */
export async function convertModel(file: string): Promise<Model> {
  if (file.endsWith('.dotplus')) return decode(await readFile(file), { file })
  const sources = [await openFile(file)]
  if (file.endsWith('.json')) sources.push(await openFile(file.replace(/\.json$/, '.weights.h5')))
  return convert(sources, { register })
}

async function openFile(file: string): Promise<Source> {
  return sourceFromBytes(file, await readFile(file))
}
