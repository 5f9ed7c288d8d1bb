import { copyFile, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { delimiter } from 'node:path'
import { bunProgram } from '@dotplus/conformance/runtimes/bun'
import { denoProgram } from '@dotplus/conformance/runtimes/deno'
import {
  addCase,
  convert,
  readCases,
  readNpz,
  sourceFromBytes,
  writeNpz,
  type NdArray,
} from '@dotplus/converter'
import { encode, type Model } from '@dotplus/core'
import { load } from '@dotplus/node'
import { describe, expect, test } from 'vitest'
import { dotplus, sample, sampleFolder, scratchFolder } from '../testing/dotplus.ts'

const scratch = scratchFolder()

interface Report {
  passed: number
  failed: number
  cases: {
    name: string
    ok: boolean
    maxAbs: number | null
    maxUlp: number | null
    reason: string | null
  }[]
}

async function verifyJson(...args: string[]): Promise<{ report: Report; status: number | null }> {
  const { stdout, status } = await dotplus(['verify', ...args, '--json'], { cwd: scratch.path })
  return { report: JSON.parse(stdout) as Report, status }
}

async function recordedArrays(): Promise<Map<string, NdArray>> {
  return readNpz(sourceFromBytes('io.npz', await readFile(sample('keras/io.npz'))))
}

/** The recorded arrays with one expected value changed. */
async function wrongArrays(row: number, value: number): Promise<Uint8Array> {
  const arrays = await recordedArrays()
  const output = arrays.get('out0') as NdArray
  const data = new Uint8Array(output.data)
  new DataView(data.buffer).setFloat32(row * 4, value, true)
  return writeNpz(arrays.set('out0', { ...output, data }))
}

async function convertedModel(): Promise<Model> {
  return convert(sourceFromBytes('model.keras', await readFile(sample('keras/model.keras'))))
}

describe('dotplus verify', () => {
  test('walks a tree: every folder with a model and an io.npz is a case', async () => {
    const { stdout, status } = await dotplus(['verify', sampleFolder])
    const lines = stdout.trimEnd().split('\n')
    const folders = ['h5-keras2', 'h5-keras3', 'keras', 'weights-h5']
    const names = ['linear', 'relu'].flatMap((hidden) =>
      folders.map((folder) => `${hidden}/${folder}`),
    )
    expect(lines.slice(0, -1).map((line) => line.split(/\s+/)[1])).toEqual(names)
    for (const line of lines.slice(0, -1))
      expect(line).toMatch(/^ok {6}\S+ {2}max \|Δ\| \d\.\de-\d+, [\d,]+ ulp$/)
    expect(lines.at(-1)).toBe('8 passed')
    expect(status).toBe(0)
  })

  test('--json prints what a machine reads', async () => {
    const { report, status } = await verifyJson(sample('keras'))
    expect(report).toMatchObject({
      passed: 1,
      failed: 0,
      cases: [{ name: 'keras', ok: true, reason: null }],
    })
    expect(report.cases[0]?.maxAbs).toBeLessThan(1e-5)
    expect(report.cases[0]?.maxUlp).toBeGreaterThanOrEqual(0)
    expect(status).toBe(0)
  })

  test('a difference fails with the element that is off most, exit code 1', async () => {
    await writeFile(scratch.file('io.npz'), await wrongArrays(2, 1.5))
    const { report, status } = await verifyJson(sample('keras/model.keras'), '--cases', 'io.npz')
    expect(report).toMatchObject({ passed: 0, failed: 1 })
    expect(report.cases[0]?.reason).toMatch(
      /^output \w+: at \[2, 0\]: expected 1\.5, got .*, \|Δ\| .* where .* is allowed$/,
    )
    expect(status).toBe(1)
    const plain = await dotplus(['verify', sample('keras/model.keras'), '--cases', 'io.npz'], {
      cwd: scratch.path,
    })
    expect(plain.stdout).toMatch(/^FAILED {2}.*model\.keras: output .*\n0 passed, 1 failed\n$/)
    expect(plain.status).toBe(1)
  })

  test('--rtol and --atol set other bounds', async () => {
    await writeFile(scratch.file('io.npz'), await wrongArrays(2, 1.5))
    const model = [sample('keras/model.keras'), '--cases', scratch.file('io.npz')]
    expect((await dotplus(['verify', ...model, '--atol', '10'])).status).toBe(0)
    expect(
      (await dotplus(['verify', sample('keras/model.keras'), '--rtol', '0', '--atol', '0'])).status,
    ).toBe(1)
  })

  test('NaN is expected where Keras gave NaN, and only there', async () => {
    await writeFile(scratch.file('io.npz'), await wrongArrays(0, NaN))
    const { report } = await verifyJson(sample('keras/model.keras'), '--cases', 'io.npz')
    expect(report.cases[0]?.reason).toMatch(/at \[0, 0\]: expected NaN, got/)
  })

  test('a model verifies the cases it carries', async () => {
    await dotplus([
      'convert',
      sample('keras/model.keras'),
      '--cases',
      sample('keras/io.npz'),
      '-o',
      scratch.file('m.dotplus'),
    ])
    const { report } = await verifyJson('m.dotplus', '--precision', 'fast')
    expect(report).toMatchObject({ passed: 1, failed: 0, cases: [{ name: 'm.dotplus', ok: true }] })
  })

  test('names the first layer that diverges where the model carries checkpoints', async () => {
    const model = await convertedModel()
    const layers = model.layers.filter(({ kind }) => kind === 'dense').map(({ name }) => name)
    const arrays = await readCases(sourceFromBytes('io.npz', await wrongArrays(2, 1.5)))
    using loaded = await load(model)
    const input = arrays.inputs[0] as NdArray
    const x = { data: new Float32Array(new Uint8Array(input.data).buffer), shape: [...input.shape] }
    const outputs = loaded.predict(x, { layers }) as unknown as Record<
      string,
      { data: Float32Array; shape: number[] }
    >
    const checkpoints = new Map(
      layers.map((name, number): [string, NdArray] => {
        const { data, shape } = outputs[name] as { data: Float32Array; shape: number[] }
        if (number > 0) data[7] = 100
        return [name, { dtype: 'float32', shape, data: new Uint8Array(data.buffer) }]
      }),
    )
    addCase(model, { ...arrays, checkpoints })
    await writeFile(scratch.file('m.dotplus'), encode(model))
    const { report } = await verifyJson('m.dotplus')
    expect(report.cases[0]?.reason).toMatch(
      new RegExp(`; first diverging layer: ${layers[1]} \\(at \\[0, 7\\]: expected 100,`),
    )
  })

  test('a case that cannot run counts as failed with the reason', async () => {
    await mkdir(scratch.file('good'))
    await mkdir(scratch.file('damaged'))
    await cp(sample('keras'), scratch.file('good'), { recursive: true })
    await copyFile(sample('keras/io.npz'), scratch.file('damaged/io.npz'))
    await writeFile(scratch.file('damaged/model.h5'), 'not what it says')
    const { report, status } = await verifyJson('.')
    expect(report).toMatchObject({ passed: 1, failed: 1 })
    expect(report.cases[0]).toMatchObject({
      name: 'damaged',
      ok: false,
      maxAbs: null,
      maxUlp: null,
    })
    expect(report.cases[0]?.reason).toContain('not an HDF5 file')
    expect(status).toBe(1)
  })

  test.each([
    [['/no/such/folder'], '/no/such/folder: cannot be read: no such file or directory'],
    [['.'], '.: no cases found'],
    [[sample('npz/weights.npz'), '--dense', 'relu,relu,linear'], 'no cases found'],
    [
      [sample('keras/model.keras'), '--runtime', 'chromium'],
      '--runtime: expected node, deno, bun, got chromium',
    ],
    [
      [sample('keras/model.keras'), '--rtol', 'x'],
      "option '--rtol <number>' argument 'x' is invalid",
    ],
    [[sample('keras/model.keras'), '--cases', '/no/io.npz'], '/no/io.npz: cannot be read'],
  ])('bad usage: %j', async (args, message) => {
    const { stderr, stdout, status } = await dotplus(['verify', ...args], { cwd: scratch.path })
    expect(stderr).toMatch(/^dotplus: [^\n]+\n$/)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })
})

describe('--runtime', () => {
  test.each([
    ['bun', bunProgram()],
    ['deno', denoProgram()],
  ])('%s gives the same figures, and its exit code', async (runtime, program) => {
    if (program === undefined)
      throw new Error(`${runtime} is missing: it comes with the dependencies`)
    await symlink(program, scratch.file(runtime))
    const env = {
      PATH: `${scratch.path}${delimiter}${process.env['PATH'] ?? ''}`,
      DENO_NO_UPDATE_CHECK: '1',
    }
    const good = `${sampleFolder}/../cases/showcase-residual-cnn`
    const here = await dotplus(['verify', good, '--json'])
    expect(await dotplus(['verify', '--runtime', runtime, good, '--json'], { env })).toEqual(here)
    const failing = ['verify', good, `--runtime=${runtime}`, '--rtol', '0', '--atol', '0']
    expect(await dotplus(failing, { env })).toMatchObject({ status: 1 })
  })

  test('that is not installed is named', async () => {
    const env = { PATH: scratch.path }
    const { stderr, status } = await dotplus(['verify', 'x', '--runtime', 'bun'], { env })
    expect({ stderr, status }).toEqual({
      status: 2,
      stderr: 'dotplus: --runtime bun: the runtime does not start: expected bun in the PATH\n',
    })
  })
})
