import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decode, encode } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import { convert } from './convert.ts'
import { problemsOf } from './problems.ts'
import { sourceFromBytes, type Source } from './source.ts'

/** A folder of cases that is too large to be part of the repository. */
const folder =
  process.env['KERAS_CONFORMANCE'] ??
  fileURLToPath(new URL('../../../../shared/keras-conformance', import.meta.url))

/** Models that cannot convert, and why. */
const knownGaps: Readonly<Record<string, string>> = {
  'Lambda-test_lambda_basics-0': 'Python code',
  'Lambda-test_lambda_basics-1': 'Python code',
  'Lambda-test_lambda_basics-2': 'Python code',
  'Lambda-test_lambda_basics-3': 'Python code',
  'RNN-test_basics-10': 'cells of a class defined in the test',
  'RNN-test_basics-11': 'cells of a class defined in the test',
  'RNN-test_basics-12': 'cells of a class defined in the test',
  'RNN-test_basics-13': 'cells of a class defined in the test',
}

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
  it(`converts all but ${Object.keys(knownGaps).length} known gaps, with their cases`, async () => {
    const failed: Record<string, string> = {}
    for (const name of names) {
      try {
        const model = await convert(open(name, 'model.keras'), { cases: open(name, 'io.npz') })
        const bytes = encode(model)
        if (!sameBytes(encode(decode(bytes)), bytes))
          failed[name] = 'changes when decoded and encoded'
      } catch (error) {
        failed[name] = problemsOf(error)[0]?.message ?? ''
      }
    }
    const converted = names.length - Object.keys(failed).length
    console.log(`${converted} of ${names.length} conformance models convert`)
    expect(Object.keys(failed).toSorted()).toEqual(Object.keys(knownGaps))
  }, 60_000)
})
