import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { dotplus, sample, scratchFolder } from '../testing/dotplus.ts'

const scratch = scratchFolder()

interface SerializedLayer {
  class_name: string
  config: Record<string, unknown>
  build_config?: object
}

interface SequentialJson {
  config: { layers: SerializedLayer[] }
}

describe('dotplus doctor', () => {
  test('says that nothing stops the conversion', async () => {
    const { stdout, status } = await dotplus(['doctor', sample('keras/model.keras')])
    expect(stdout).toMatch(/model\.keras: nothing stops the conversion\n$/)
    expect(status).toBe(0)
  })

  test('one line per problem, exit code 2', async () => {
    const { stdout, stderr, status } = await dotplus([
      'doctor',
      sample('npy'),
      '--dense',
      'relu,linear',
    ])
    expect(stdout).toMatch(/^[^\n]*expected 2[^\n]*, got 3[^\n]*\n$/)
    expect(stderr).toBe('')
    expect(status).toBe(2)
  })

  test('five different problems are five lines, and what convert throws', async () => {
    const json = await readFile(sample('weights-h5/model.json'), 'utf8')
    const model = JSON.parse(json) as SequentialJson
    const [, L1, L2, L3] = model.config.layers as [SerializedLayer, ...SerializedLayer[]]
    if (!L1 || !L2 || !L3) throw new Error('the sample has three layers')
    L1.build_config = { input_shape: [null, 5] }
    L2.config['activation'] = 'swirl'
    L3.config['dtype'] = 'float23'
    const lambda = { function: { class_name: '__lambda__', config: {} }, name: 'scale' }
    model.config.layers.splice(2, 0, { class_name: 'Lambda', config: lambda })
    model.config.layers.push({ class_name: 'Dense', config: { name: 'extra', units: 2 } })
    await writeFile(scratch.file('model.json'), JSON.stringify(model))
    await copyFile(sample('weights-h5/model.weights.h5'), scratch.file('model.weights.h5'))
    const files = ['model.json', 'model.weights.h5']
    const { stdout, stderr, status } = await dotplus(['doctor', ...files], { cwd: scratch.path })
    expect({ stderr, status }).toEqual({ stderr: '', status: 2 })
    expect(stdout.trimEnd().split('\n').toSorted()).toEqual([
      expect.stringMatching(
        /^model\.json: layer L2: Dense argument activation: wrong value: expected an activation of Keras, got "swirl"\. Say what it computes with registerLayer\('swirl'/,
      ),
      expect.stringMatching(
        /^model\.json: layer L3: Dense argument dtype: not supported: expected a dtype or dtype policy of Keras, got "float23"$/,
      ),
      expect.stringMatching(
        /^model\.json: layer scale: layer 3 of 6: a Lambda layer holds Python code, .* Say what it computes with registerLayer\('Lambda>scale'/,
      ),
      expect.stringMatching(
        /^model\.weights\.h5: layer L1: layers\/dense\/vars\/0: shape of kernel: expected \(5, 20\), got \(4, 20\)$/,
      ),
      expect.stringMatching(
        /^model\.weights\.h5: layer extra: weights: weights are missing: expected kernel, bias, got none$/,
      ),
    ])
    const { problems } = JSON.parse(
      (await dotplus(['doctor', ...files, '--json'], { cwd: scratch.path })).stdout,
    ) as { problems: { message: string; layer: string }[] }
    expect(problems.map(({ message }) => message)).toEqual(stdout.trimEnd().split('\n'))
    const thrown = await dotplus(['convert', ...files], { cwd: scratch.path })
    expect(thrown.status).toBe(2)
    expect(thrown.stderr).toContain(
      `5 problems stop the conversion, the first: ${problems[0]?.message}`,
    )
    expect(await readdir(scratch.path)).toEqual(files)
  })

  test('--register says what custom layers compute', async () => {
    const folder = fileURLToPath(
      new URL('../../../converter/test-data/custom-layers/', import.meta.url),
    )
    const model = `${folder}functional.keras`
    const register = ['--register', `${folder}register.mjs`]
    for (const file of [model, `${folder}functional.h5`]) {
      // What a layer of no known kind stores is not held against it.
      const lines = (await dotplus(['doctor', file])).stdout.trimEnd().split('\n')
      expect(lines.map((line) => line.match(/registerLayer\('(.*?)'/)?.[1])).toEqual([
        'my>Gated',
        'my>Linear',
        'my>Mix',
        'my>Blocks',
        'Lambda>triple',
        'my>Linear',
      ])
    }
    expect((await dotplus(['doctor', model, ...register])).status).toBe(0)
    for (const name of ['functional.keras', 'functional.h5', 'subclassed.keras']) {
      const cases = ['--cases', `${folder}${name.replace(/\..*/, '.npz')}`]
      const verified = await dotplus(['verify', `${folder}${name}`, ...cases, ...register])
      expect(verified).toMatchObject({ stderr: '', status: 0 })
    }
    await writeFile(scratch.file('wrong.mjs'), 'export default { Gate: 1 }')
    const wrong = await dotplus(['doctor', model, '--register', scratch.file('wrong.mjs')])
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toMatch(/default export of the module: expected \{ 'Package>Name'/)
  })

  test('--json gives the fields of each problem', async () => {
    const { stdout, status } = await dotplus(['doctor', sample('npz/weights.npz'), '--json'])
    const { problems } = JSON.parse(stdout) as { problems: { kind: string; hint: string }[] }
    expect(problems).toHaveLength(1)
    expect(problems[0]?.kind).toBe('UsageError')
    expect(problems[0]?.hint).toContain('--dense')
    expect(status).toBe(2)
  })
})
