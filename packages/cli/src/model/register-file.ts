import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Compositions } from '@dotplus/converter'
import { UsageError } from '@dotplus/core'
import { resourceError } from '../files/system-error.ts'

/**
 * What `--register file.mjs` says: its default export, an object of compositions by class. The module is code of the
 * caller's own, which runs with the command's rights.
 *
 * @throws {UsageError} when it does not load or exports something else
 */
export async function registerFile(path: string | undefined): Promise<Compositions | undefined> {
  if (path === undefined) return undefined
  await access(path).catch((error: unknown) => {
    throw resourceError('cannot be read', path, error)
  })
  const module = (await import(pathToFileURL(resolve(path)).href).catch((cause: unknown) => {
    throw new UsageError('the module does not load', {
      file: path,
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  })) as { readonly default?: unknown }
  const { default: compositions } = module
  if (isCompositions(compositions)) return compositions
  throw new UsageError('default export of the module', {
    file: path,
    expected: "{ 'Package>Name': (config, block) => … }",
    got: compositions === undefined ? 'none' : typeof compositions,
  })
}

function isCompositions(value: unknown): value is Compositions {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((entry) => typeof entry === 'function')
  )
}
