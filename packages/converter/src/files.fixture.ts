import { readdirSync, readFileSync } from 'node:fs'
import { DotplusError } from '@dotplus/core'
import type { Compositions } from './custom/composition.ts'
import { sourceFromBytes, type Source } from './source.ts'

const testData = new URL('../test-data/', import.meta.url)
const fixtures = new URL('../../../test-fixtures/', import.meta.url)

/** A file of `packages/converter/test-data`. */
export function dataBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, testData)))
}

export function dataSource(path: string): Source {
  return sourceFromBytes(path, dataBytes(path))
}

export function dataJson<T>(path: string): T {
  return JSON.parse(new TextDecoder().decode(dataBytes(path))) as T
}

export function dataNames(folder: string, ending: string): string[] {
  return readdirSync(new URL(folder, testData)).filter((name) => name.endsWith(ending))
}

/** A file of the shared `test-fixtures`. */
export function fixtureBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, fixtures)))
}

export function fixtureSource(path: string): Source {
  return sourceFromBytes(path.slice(path.lastIndexOf('/') + 1), fixtureBytes(path))
}

export function fixtureNames(folder: string): string[] {
  return readdirSync(new URL(folder, fixtures))
}

/** What the classes and Lambda layers among `test-fixtures` compute. */
export const fixtureCompositions: Compositions = (
  (await import(new URL('register.mjs', fixtures).href)) as { default: Compositions }
).default

/** What a call throws, which has to be one of our own errors. */
export async function failureOf(attempt: () => unknown): Promise<DotplusError> {
  try {
    await attempt()
  } catch (error) {
    if (error instanceof DotplusError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Runs an attempt that may fail, but only with one of our own errors. */
export async function tolerate(attempt: () => unknown): Promise<void> {
  try {
    await attempt()
  } catch (error) {
    if (!(error instanceof DotplusError)) throw error
    if (error.message.includes('\n'))
      throw new Error(`more than one line: ${error.message}`, { cause: error })
  }
}
