import { decode, encode } from '@dotplus/core'
import { expect, it } from 'vitest'
import { openZip } from './binary/zip.ts'
import { convert } from './convert.ts'
import { dataSource, fixtureCompositions as register } from './files.fixture.ts'
import { problemsOf } from './problems.ts'

// test-data/resaved.zip: every model of the Keras conformance folder that Keras saves as .h5, made by
// tools/keras-fixtures/resave.py. Of 316 it loads 312, and saves 290 of those.
it('converts every conformance model that Keras saved again as .h5', async () => {
  const zip = await openZip(dataSource('resaved.zip'))
  const failed: Record<string, string> = {}
  for (const name of zip.names) {
    try {
      const bytes = encode(await convert({ ...(await zip.open(name)), name }, { register }))
      if (Buffer.compare(encode(decode(bytes)), bytes) !== 0) failed[name] = 'changes when saved'
    } catch (error) {
      failed[name] = problemsOf(error)[0]?.message ?? ''
    }
  }
  const converted = zip.names.length - Object.keys(failed).length
  console.log(`${converted} of ${zip.names.length} conformance models saved again as .h5 convert`)
  expect(zip.names).toHaveLength(290)
  expect(failed).toEqual({})
}, 60_000)
