import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { decode, elementsOf, type Model } from '@dotplus/core'
import { expect, it } from 'vitest'
import { load } from '@dotplus/node'

const path = (name: string): string =>
  fileURLToPath(new URL(`../../../test-fixtures/format/v1/${name}`, import.meta.url))

function floats(model: Model, index: number | undefined): Float32Array {
  const tensor = model.tensors[index ?? -1]
  if (!tensor) throw new Error('the file carries its case')
  return elementsOf(tensor) as Float32Array
}

/** The case that the file of one piece carries; the sharded one has it in a shard that loading leaves out. */
const carried = decode(await readFile(path('half/net.dotplus')))
const [io] = carried.cases
const x = floats(carried, io?.inputs[0])
const expected = floats(carried, io?.outputs[0])

it.each([
  ['half', 'kernels stored as float16', 5e-3],
  ['sharded', 'two shards, the second of evidence', 1e-5],
])('a model of format version 1 runs: %s, %s', async (folder, _, bound) => {
  using model = await load(path(`${folder}/net.dotplus`))
  const { data } = model.predict(x)
  const largest = Math.max(...expected.map(Math.abs))
  for (const [i, value] of data.entries())
    expect(Math.abs(value - (expected[i] as number))).toBeLessThanOrEqual(bound * largest)
})
