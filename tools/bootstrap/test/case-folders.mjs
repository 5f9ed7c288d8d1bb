import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fromRoot } from '../paths.mjs'

/** The trees of cases to test: the project's own, and the one that DOTPLUS_CONFORMANCE names. */
export function caseFolders() {
  const own = fromRoot('test-fixtures')
  const more = process.env.DOTPLUS_CONFORMANCE
  if (!more) return [own]
  if (!existsSync(more)) throw new Error(`DOTPLUS_CONFORMANCE names ${more}, which does not exist`)
  return [own, resolve(more)]
}
