import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { decode, weightsOf, type Model } from '@dotplus/core'
import { describe, expect, test } from 'vitest'
import { dotplus, sample, scratchFolder } from '../testing/dotplus.ts'

const scratch = scratchFolder()
const dense = ['--dense', 'relu,relu,linear']

function tensorsInLayerOrder(
  model: Model,
): [dtype: string | undefined, shape: number[], bytes: string][] {
  return model.layers.flatMap((layer) =>
    [...weightsOf(layer)].map(({ index }): [string | undefined, number[], string] => {
      const { dtype, shape, data } = model.tensors[index] as Model['tensors'][number]
      return [dtype, shape, Buffer.from(data).toString('hex')]
    }),
  )
}

describe('dotplus convert', () => {
  test('every export route gives the same tensors', async () => {
    const routes: string[][] = [
      [sample('keras/model.keras')],
      [sample('h5-keras3/model.h5')],
      [sample('h5-keras2/model.h5')],
      [sample('weights-h5/model.json'), sample('weights-h5/model.weights.h5')],
      [sample('npz/weights.npz'), ...dense],
      [sample('npy'), ...dense],
      [sample('object/weights.npy'), ...dense],
    ]
    const found = await Promise.all(
      routes.map(async (args, number) => {
        const output = scratch.file(`${number}.dotplus`)
        const { stdout, stderr, status } = await dotplus(['convert', ...args, '-o', output])
        expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
        expect(stdout).toMatch(/^\S+\.dotplus: \d layers, 321 parameters, [\d.]+ KB\n$/)
        return tensorsInLayerOrder(decode(await readFile(output)))
      }),
    )
    expect(found[0]).toHaveLength(6)
    for (const tensors of found) expect(tensors).toEqual(found[0])
  })

  test('writes beside the input, under its name', async () => {
    await copyFile(sample('keras/model.keras'), scratch.file('net.keras'))
    const { stdout } = await dotplus(['convert', 'net.keras', '--name', 'mine'], {
      cwd: scratch.path,
    })
    expect(stdout).toMatch(/^net\.dotplus: 4 layers/)
    expect(await readdir(scratch.path)).toEqual(['net.dotplus', 'net.keras'])
    expect(decode(await readFile(scratch.file('net.dotplus'))).name).toBe('mine')
  })

  test('--cases carries the recorded arrays along', async () => {
    const args = [
      'convert',
      sample('keras/model.keras'),
      '--cases',
      sample('keras/io.npz'),
      '-o',
      scratch.file('m.dotplus'),
    ]
    expect((await dotplus(args)).stdout).toMatch(/321 parameters, 1 case,/)
    expect(decode(await readFile(scratch.file('m.dotplus'))).cases).toHaveLength(1)
  })

  test('--shard-size splits a model that is larger, and every command reads it', async () => {
    const args = ['convert', sample('keras/model.keras'), '--cases', sample('keras/io.npz')]
    const { stdout } = await dotplus([...args, '--shard-size', '4KiB', '-o', 'm.dotplus'], {
      cwd: scratch.path,
    })
    expect(stdout).toMatch(/^m\.dotplus: 4 layers, 321 parameters, 1 case, [\d.]+ KB in 3 files\n$/)
    const shards = ['m-00001-of-00002.bin', 'm-00002-of-00002.bin']
    expect(await readdir(scratch.path)).toEqual([...shards, 'm.dotplus'])
    const verified = await dotplus(['verify', 'm.dotplus'], { cwd: scratch.path })
    expect(verified).toMatchObject({ status: 0, stderr: '' })
    await writeFile(scratch.file('m-00002-of-00002.bin'), new Uint8Array(3904))
    const damaged = await dotplus(['verify', 'm.dotplus'], { cwd: scratch.path })
    expect(damaged.status).toBe(2)
    expect(damaged.stderr).toMatch(
      /^dotplus: m-00002-of-00002\.bin: not the shard that the model was written with: expected/,
    )
    await rm(scratch.file('m-00001-of-00002.bin'))
    expect((await dotplus(['verify', 'm.dotplus'], { cwd: scratch.path })).status).toBe(2)
  })

  test('writes no file when the source turns out to be damaged', async () => {
    const bytes = await readFile(sample('keras/model.keras'))
    bytes.fill(0xff, bytes.length - 9000, bytes.length - 8900)
    await writeFile(scratch.file('bad.keras'), bytes)
    const args = ['convert', 'bad.keras', '--shard-size', '4096']
    expect((await dotplus(args, { cwd: scratch.path })).status).toBe(2)
    expect(await readdir(scratch.path)).toEqual(['bad.keras'])
  })

  test('--weights f16 halves the kernels and widens the bound of the cases', async () => {
    const args = ['convert', sample('keras/model.keras'), '--cases', sample('keras/io.npz')]
    await dotplus([...args, '--weights', 'f16', '-o', scratch.file('h.dotplus')])
    const model = decode(await readFile(scratch.file('h.dotplus')))
    expect(model.tensors[0]).toMatchObject({ dtype: 'float16', storedFrom: 'float32' })
    expect((await dotplus(['verify', scratch.file('h.dotplus')])).status).toBe(0)
    const strict = await dotplus([
      'verify',
      scratch.file('h.dotplus'),
      '--rtol',
      '1e-5',
      '--atol',
      '1e-6',
    ])
    expect(strict.status).toBe(1)
  })

  test('--layers reads the layers from a file', async () => {
    const spec = [
      { layer: 'Dense', activation: 'relu' },
      { layer: 'Dense', activation: 'relu' },
      { layer: 'Dense' },
    ]
    await writeFile(scratch.file('spec.json'), JSON.stringify(spec))
    const args = ['convert', sample('npz/weights.npz'), '--layers', 'spec.json', '-o', 'm.dotplus']
    expect((await dotplus(args, { cwd: scratch.path })).status).toBe(0)
    const layers = decode(await readFile(scratch.file('m.dotplus'))).layers.filter(
      ({ kind }) => kind === 'dense',
    )
    expect(
      layers.map((layer) => layer.kind === 'dense' && layer.dense.activation?.function),
    ).toEqual(['relu', 'relu', 'linear'])
  })
})
