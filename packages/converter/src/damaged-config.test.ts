import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { convertOpened } from './convert.ts'
import { dataJson, tolerate } from './files.fixture.ts'
import type { Json } from './keras/python-json.ts'
import { openSkeleton, type Skeleton } from './skeleton.fixture.ts'

const skeletons = dataJson<Skeleton[]>('models.json')

/** Things that stand in a damaged config where something else should. */
const strange: readonly (Json | undefined)[] = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  Number.NaN,
  '',
  'constructor',
  '__proto__',
  [],
  {},
  [null],
  [[]],
  ['a', 0, 0],
  { class_name: '__keras_tensor__', config: {} },
  { class_name: 'Dense', config: null },
  { class_name: '__numpy__', config: { value: [[1], [2, 3]], dtype: 'float32' } },
]

/** Replaces one value somewhere in a config. */
function damage(json: Json, steps: readonly number[], replacement: Json | undefined): Json {
  const copy = structuredClone(json)
  let holder = copy as Record<string, Json>
  let depth = steps[0] ?? 0
  for (const step of steps) {
    const keys = Object.keys(holder)
    if (keys.length === 0) break
    const key = keys[step % keys.length] as string
    const next = holder[key]
    if (depth-- <= 0 || typeof next !== 'object' || next === null) {
      holder[key] = replacement as Json
      break
    }
    holder = next as Record<string, Json>
  }
  return copy
}

it('fails with nothing but typed errors on configs in which something is something else', async () => {
  const steps = fc.array(fc.nat(60), { minLength: 1, maxLength: 14 })
  const run = fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...skeletons),
      fc.array(fc.tuple(steps, fc.constantFrom(...strange)), { minLength: 1, maxLength: 3 }),
      (skeleton, changes) =>
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
