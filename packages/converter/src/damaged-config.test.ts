import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { convertOpened } from './convert.ts'
import { damage, strange } from './damage.fixture.ts'
import { openHdf5 } from './binary/hdf5/hdf5.ts'
import { dataJson, fixtureNames, fixtureSource, tolerate } from './files.fixture.ts'
import type { OpenedModel } from './keras/opened-model.ts'
import { parsePythonJson, type Json } from './keras/python-json.ts'
import { readModel } from './keras/read-model.ts'
import { openSkeleton, type Skeleton } from './skeleton.fixture.ts'
import { emptyStore } from './weights/bound-weights.ts'

const skeletons = dataJson<Skeleton[]>('models.json')

/** Models of Keras 1, without their weights. */
async function kerasOneConfigs(): Promise<Json[]> {
  const folders = fixtureNames('dialects').filter((name) => /^keras-1.*-h5$/.test(name))
  return Promise.all(
    folders.map(async (folder) => {
      const root = await openHdf5(fixtureSource(`dialects/${folder}/model.h5`))
      const text = root.attributes.get('model_config')?.strings?.[0] ?? ''
      return parsePythonJson(text, folder, 'model_config')
    }),
  )
}

function openKerasOne(config: Json): OpenedModel {
  const file = 'model.h5'
  return {
    format: 'keras-h5',
    file,
    sources: [],
    model: readModel(config, { file, kerasMajor: 1 }, ''),
    store: emptyStore,
    kerasVersion: '1.2.2',
    backend: '',
    kerasMajor: 1,
    assets: new Map(),
  }
}

const steps = fc.array(fc.nat(60), { minLength: 1, maxLength: 14 })
const damages = fc.array(fc.tuple(steps, fc.constantFrom(...strange)), {
  minLength: 1,
  maxLength: 3,
})

it('fails with nothing but typed errors on configs in which something is something else', async () => {
  const run = fc.assert(
    fc.asyncProperty(fc.constantFrom(...skeletons), damages, (skeleton, changes) =>
      tolerate(async () => {
        let { config } = skeleton
        for (const [path, replacement] of changes) config = damage(config, path, replacement)
        await convertOpened(await openSkeleton({ ...skeleton, config }), {})
      }),
    ),
    { numRuns: 3000, seed: 1 },
  )
  await expect(run).resolves.toBeUndefined()
}, 60_000)

it('fails with nothing but typed errors on damaged configs of Keras 1', async () => {
  const configs = await kerasOneConfigs()
  const run = fc.assert(
    fc.asyncProperty(fc.constantFrom(...configs), damages, (whole, changes) =>
      tolerate(async () => {
        let config = whole
        for (const [path, replacement] of changes) config = damage(config, path, replacement)
        await convertOpened(openKerasOne(config), {})
      }),
    ),
    { numRuns: 3000, seed: 1 },
  )
  await expect(run).resolves.toBeUndefined()
}, 60_000)
