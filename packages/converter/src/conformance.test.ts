import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decode, encode } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { convert } from './convert.ts'
import { failureOf, fixtureCompositions } from './files.fixture.ts'
import { problemsOf } from './problems.ts'
import { sourceFromBytes, type Source } from './source.ts'

/** A folder of cases that is too large to be part of the repository. */
const folder =
  process.env['KERAS_CONFORMANCE'] ??
  fileURLToPath(new URL('../../../../shared/keras-conformance', import.meta.url))

const found = existsSync(folder)
const names = found
  ? readdirSync(folder).filter((name) => existsSync(`${folder}/${name}/model.keras`))
  : []

function open(name: string, file: string): Source {
  return sourceFromBytes(file, new Uint8Array(readFileSync(`${folder}/${name}/${file}`)))
}

/** As a test's own matcher compares them, but in a fraction of the time. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index])
}

if (!found) {
  console.log(`conformance models: not converted, there is no ${folder} (set KERAS_CONFORMANCE)`)
}

describe.skipIf(!found)('models of the Keras conformance folder', () => {
  it('convert, with their cases', async () => {
    const failed: Record<string, string> = {}
    for (const name of names) {
      try {
        const model = await convert(open(name, 'model.keras'), {
          cases: open(name, 'io.npz'),
          register: fixtureCompositions,
        })
        const bytes = encode(model)
        if (!sameBytes(encode(decode(bytes)), bytes))
          failed[name] = 'changes when decoded and encoded'
      } catch (error) {
        failed[name] = problemsOf(error)[0]?.message ?? ''
      }
    }
    const converted = names.length - Object.keys(failed).length
    console.log(`${converted} of ${names.length} conformance models convert`)
    expect(failed).toEqual({})
  }, 60_000)

  it('name each class and each function that is not Keras’s where nobody registers it', async () => {
    const own = names.filter((name) => /^(Lambda|RNN-test_basics-1[0-3]$)/.test(name))
    expect(own).toHaveLength(8)
    for (const name of own) {
      const { message } = await failureOf(() => convert(open(name, 'model.keras')))
      expect(message).toMatch(/registerLayer\('(Lambda>lambda|OneStateRNNCell|TwoStatesRNNCell)/)
    }
  })
})
