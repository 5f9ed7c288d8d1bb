import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readNpyArray, readNpz, sourceFromBytes, writeNpz, type NdArray } from '@dotplus/converter'
import { describe, expect, test } from 'vitest'
import { dotplus, sample, scratchFolder, validationInputs } from '../testing/dotplus.ts'

const keras = sample('keras/model.keras')
const scratch = scratchFolder()

async function run(...args: string[]): Promise<void> {
  const { status, stderr } = await dotplus(['run', ...args], { cwd: scratch.path })
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringMatching(
      /^[\d,]+ rows? in [\d.]+ s, [\d,]+ rows\/s, [\d.]+ MB\n$/,
    ) as string,
  })
}

function floats({ data }: NdArray): Float32Array {
  return new Float32Array(new Uint8Array(data).buffer)
}

async function readFloats(file: string): Promise<Float32Array> {
  return floats(readNpyArray(await readFile(file), file))
}

async function expected(): Promise<Float32Array> {
  await run(keras, '-i', validationInputs, '-o', 'expected.npy')
  return readFloats(scratch.file('expected.npy'))
}

/** X_validation as CSV text. */
async function csvText(header: boolean, repeat = 1): Promise<string> {
  const values = await readFloats(validationInputs)
  const lines = Array.from({ length: values.length / 4 }, (_, row) =>
    values.slice(row * 4, row * 4 + 4).join(','),
  )
  return `${header ? 'x1,x2,x3,x4\n' : ''}${`${lines.join('\n')}\n`.repeat(repeat)}`
}

describe('dotplus run', () => {
  test('predicts within the bound of Keras', async () => {
    const ours = await expected()
    const keras32 = await readFloats(sample('predictions.npy'))
    const largest = Math.max(...keras32.map(Math.abs))
    expect(ours).toHaveLength(400)
    const misses = ours.filter(
      (a, i) => Math.abs(a - keras32[i]!) > 1e-6 * largest + 1e-5 * Math.abs(keras32[i]!),
    )
    expect(misses).toHaveLength(0)
  })

  test('every kind of model gives the same bytes', async () => {
    const ours = await expected()
    await run(sample('npy'), '--dense', 'relu,relu,linear', '-i', validationInputs, '-o', 'npy.npy')
    expect(await readFloats(scratch.file('npy.npy'))).toEqual(ours)
    await dotplus(['convert', sample('h5-keras2/model.h5'), '-o', scratch.file('m.dotplus')])
    await run('m.dotplus', '-i', validationInputs, '-o', 'dotplus.npy')
    expect(await readFloats(scratch.file('dotplus.npy'))).toEqual(ours)
  })

  test('CSV in more than one batch, with and without a header', async () => {
    const ours = await expected()
    const repeat = 25 // 10,000 rows: more than one batch
    await writeFile(scratch.file('x.csv'), await csvText(false, repeat))
    await run(keras, '-i', 'x.csv', '-o', 'y.csv')
    const lines = (await readFile(scratch.file('y.csv'), 'utf8')).trimEnd().split('\n')
    expect(lines).toHaveLength(400 * repeat)
    expect(lines.map((line, row) => Math.fround(Number(line)) === ours[row % 400])).not.toContain(
      false,
    )
    await writeFile(scratch.file('named.csv'), await csvText(true))
    await run(keras, '-i', 'named.csv', '-o', 'y.csv')
    expect((await readFile(scratch.file('y.csv'), 'utf8')).split('\n')[0]).toMatch(/^[A-Za-z]\w*$/)
    await run(keras, '-i', 'x.csv', '-o', 'y.npy')
    expect(await readFloats(scratch.file('y.npy'))).toHaveLength(400 * repeat)
  })

  test('.npz and .json hold the same numbers', async () => {
    const ours = await expected()
    const x = readNpyArray(await readFile(validationInputs), 'x')
    await writeFile(scratch.file('x.npz'), writeNpz([['in0', x]]))
    await run(keras, '-i', 'x.npz', '-o', 'y.npz')
    const arrays = await readNpz(sourceFromBytes('y.npz', await readFile(scratch.file('y.npz'))))
    expect([...arrays.keys()]).toEqual(['out0'])
    expect(arrays.get('out0')?.shape).toEqual([400, 1])
    expect(floats(arrays.get('out0') as NdArray)).toEqual(ours)
    await run(keras, '-i', 'x.npz', '-o', 'y.json')
    const json = JSON.parse(await readFile(scratch.file('y.json'), 'utf8')) as number[][]
    expect(Float32Array.from(json.flat())).toEqual(ours)
  })

  test('JSON takes null, "NaN" and "Infinity", and gives them back', async () => {
    await writeFile(
      scratch.file('x.json'),
      '{"x": [[1, 2, 3, 4], [null, 0, 0, 0], ["Infinity", 0, 0, 0]]}',
    )
    const { stdout } = await dotplus(['run', keras, '-i', 'x.json', '-o', '-'], {
      cwd: scratch.path,
    })
    const rows = JSON.parse(stdout) as unknown[][]
    expect(rows).toHaveLength(3)
    expect(typeof rows[0]?.[0]).toBe('number')
    expect(rows[1]).toEqual(['NaN'])
  })

  test('- is stdin and stdout', async () => {
    const options = { stdin: '1,2,3,4\n-1,-2,-3,-4\n' }
    const { stdout, status } = await dotplus(['run', keras, '-i', '-', '-o', '-'], options)
    expect(stdout).toMatch(/^-?[\d.]+\n-?[\d.]+\n$/)
    expect(status).toBe(0)
    const json = await dotplus(['run', keras, '-i', '-', '-o', '-', '--format', 'json'], options)
    expect((JSON.parse(json.stdout) as number[][]).flat()).toHaveLength(2)
  })

  test('several inputs and outputs: arrays in order or by name, columns side by side', async () => {
    const folder = `${sample('../..')}/cases/graph-dict-inputs`
    await run(`${folder}/model.keras`, '-i', `${folder}/io.npz`, '-o', 'y.npz')
    const arrays = await readNpz(sourceFromBytes('y.npz', await readFile(scratch.file('y.npz'))))
    const recorded = await readNpz(sourceFromBytes('io.npz', await readFile(`${folder}/io.npz`)))
    expect([...arrays.keys()]).toEqual(
      [...recorded.keys()].filter((name) => name.startsWith('out')),
    )
    expect(arrays.get('out0')?.shape).toEqual(recorded.get('out0')?.shape)
  })

  test.each([
    ['1,2,3,4\n1,2,x,4\n', 'x.csv: line 2, column 3: not a number: got "x"'],
    [
      'a,b,c,d\n1,2,3,4\n1,,3,4\n',
      'x.csv: line 3, column 2 (b): not a number: got an empty cell. Write nan for a missing value',
    ],
    ['1,2,3,4\n\n1,2,3\n', 'x.csv: line 3: number of columns: expected 4, got 3'],
    ['1,2,3,"4\n', 'x.csv: line 1: a quote is not closed'],
  ])('names the place of a bad row: %j', async (text, message) => {
    await writeFile(scratch.file('x.csv'), text)
    const { stderr, status } = await dotplus(['run', keras, '-i', 'x.csv', '-o', 'y.csv'], {
      cwd: scratch.path,
    })
    expect(stderr).toBe(`dotplus: ${message}\n`)
    expect(status).toBe(2)
  })

  test.each([
    [
      '[[1, 2], [3]]',
      'x.json: input x[1]: arrays of unequal length or depth: expected an array of 2, got 1',
    ],
    ['[[1, 2, 3, "four"]]', 'x.json: input x[0][3]: not a number: got "four"'],
    ['{"y": 1}', 'x.json: input x: missing input'],
    ['{', 'x.json: not JSON'],
  ])('names the place of bad JSON: %j', async (text, message) => {
    await writeFile(scratch.file('x.json'), text)
    const { stderr, status } = await dotplus(['run', keras, '-i', 'x.json', '-o', 'y.csv'], {
      cwd: scratch.path,
    })
    expect(stderr).toContain(`dotplus: ${message}`)
    expect(status).toBe(2)
  })

  test('arrays of every dtype, as Keras has written them', async () => {
    const folder = fileURLToPath(new URL('../../../../test-fixtures/cases', import.meta.url))
    for (const name of ['op-cast', 'op-sort', 'op-isnan', 'op-bitwise_and']) {
      const io = join(folder, name, 'io.npz')
      await run(join(folder, name, 'model.keras'), '-i', io, '-o', 'out.npz')
      const expected = await readNpz(sourceFromBytes(io, await readFile(io)))
      const written = scratch.file('out.npz')
      const ours = await readNpz(sourceFromBytes(written, await readFile(written)))
      for (const [key, array] of ours) expect(array, `${name} ${key}`).toEqual(expected.get(key))
    }
  })
})
