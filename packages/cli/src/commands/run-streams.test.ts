import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { npyHeader, readNpyArray } from '@dotplus/converter'
import { describe, expect, test } from 'vitest'
import {
  commandLine,
  dotplus,
  sample,
  scratchFolder,
  validationInputs,
  type Outcome,
} from '../testing/dotplus.ts'

const keras = sample('keras/model.keras')
const scratch = scratchFolder()
const makeRows = fileURLToPath(new URL('../../scripts/make-rows.mjs', import.meta.url))

/** What the sample answers for one row of its validation inputs after the other. */
async function answers(): Promise<Float32Array> {
  await dotplus(['run', keras, '-i', validationInputs, '-o', scratch.file('expected.npy')])
  return readFloats('expected.npy')
}

async function readFloats(name: string): Promise<Float32Array> {
  const { data } = readNpyArray(await readFile(scratch.file(name)), name)
  return new Float32Array(Uint8Array.from(data).buffer)
}

/** Runs the command on as many rows as wanted, which another process makes meanwhile. */
function runOnRows(
  rows: number,
  ...args: string[]
): { command: ChildProcess; maker: ChildProcess } {
  const maker = spawn(process.execPath, [makeRows, `${rows}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const command = spawn(process.execPath, [...commandLine, 'run', keras, '-i', '-', ...args], {
    cwd: scratch.path,
    stdio: [maker.stdout, 'pipe', 'pipe'],
  })
  return { command, maker }
}

async function ended(command: ChildProcess): Promise<{ status: number | null; stdout: string }> {
  let stdout = ''
  command.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  const [status] = (await once(command, 'close')) as [number | null]
  return { status, stdout }
}

interface Report {
  readonly rows: number
  readonly rowsPerSecond: number
  readonly peakMemory: number
  readonly badRows: number
  readonly problems: readonly string[]
}

describe('many rows', () => {
  test('5 million rows of CSV in order, in less than 200 MB', async () => {
    const expected = await answers()
    const { command } = runOnRows(5_000_000, '-o', 'y.csv', '--json')
    const { status, stdout } = await ended(command)
    expect(status).toBe(0)
    const report = JSON.parse(stdout) as Report
    expect(report.rows).toBe(5_000_000)
    expect(report.peakMemory).toBeLessThan(200e6)
    process.stdout.write(
      `${Math.round(report.rowsPerSecond)} rows/s, ${Math.round(report.peakMemory / 1e6)} MB\n`,
    )
    let row = -1
    const wrong: string[] = []
    for await (const line of createInterface(createReadStream(scratch.file('y.csv')))) {
      if (row >= 0 && Math.fround(Number(line)) !== expected[row % 400])
        wrong.push(`${row}: ${line}`)
      row += 1
    }
    expect(row).toBe(5_000_000)
    expect(wrong.slice(0, 10)).toEqual([])
  }, 240_000)

  test('.npy in, .npy out, both in batches', async () => {
    const expected = await answers()
    const { data } = readNpyArray(await readFile(validationInputs), 'x')
    const copies = 1000
    const header = npyHeader('float32', [400 * copies, 4])
    await writeFile(
      scratch.file('x.npy'),
      Buffer.concat([header, ...Array<Uint8Array>(copies).fill(data)]),
    )
    const args = ['run', keras, '-i', 'x.npy', '-o', 'y.npy', '--json']
    const outcome = await dotplus(args, { cwd: scratch.path })
    const report = JSON.parse(outcome.stdout) as Report
    expect(report.rows).toBe(400 * copies)
    const all = await readFloats('y.npy')
    expect(all).toHaveLength(400 * copies)
    expect(all.every((value, row) => value === expected[row % 400])).toBe(true)
    // A pipe cannot go back to its header: the same bytes all the same.
    const piped = await dotplus(['run', keras, '-i', 'x.npy', '-o', '-', '--format', 'csv'], {
      cwd: scratch.path,
    })
    expect(piped.stdout.trimEnd().split('\n')).toHaveLength(400 * copies)
  }, 60_000)

  test('a batch size changes nothing but the memory', async () => {
    const expected = await answers()
    for (const size of ['1', '7', '399', '100000']) {
      await dotplus(['run', keras, '-i', validationInputs, '-o', 'y.npy', '-b', size], {
        cwd: scratch.path,
      })
      expect(await readFloats('y.npy')).toEqual(expected)
    }
  })

  test('a reader that has seen enough ends it without a word', async () => {
    const { command, maker } = runOnRows(3_000_000, '-o', '-')
    let stderr = ''
    command.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const closed = once(command, 'close')
    await once(command.stdout!, 'data')
    command.stdout!.destroy()
    expect(await closed).toEqual([0, null])
    expect(stderr).toBe('')
    maker.kill()
  }, 60_000)

  test('Ctrl-C leaves the old output and no partial file', async () => {
    await writeFile(scratch.file('y.csv'), 'old\n')
    const { command, maker } = runOnRows(50_000_000, '-o', 'y.csv')
    const closed = once(command, 'close')
    const written = async (): Promise<number> => {
      const name = (await readdir(scratch.path)).find((entry) => entry.endsWith('.tmp'))
      return name === undefined ? 0 : (await stat(scratch.file(name))).size
    }
    while (command.exitCode === null && (await written()) === 0) await sleep(5)
    command.kill('SIGINT')
    expect(await closed).toEqual([null, 'SIGINT'])
    maker.kill()
    expect(await readdir(scratch.path)).toEqual(['y.csv'])
    expect(await readFile(scratch.file('y.csv'), 'utf8')).toBe('old\n')
  }, 60_000)
})

async function runOn(
  text: string | Uint8Array,
  ...args: string[]
): Promise<Outcome & { y: string }> {
  await writeFile(scratch.file('x.csv'), text)
  const outcome = await dotplus(['run', keras, '-q', '-i', 'x.csv', '-o', 'y.csv', ...args], {
    cwd: scratch.path,
  })
  return { ...outcome, y: await readFile(scratch.file('y.csv'), 'utf8').catch(() => '') }
}

describe('dialects of CSV', () => {
  test('all spellings of the same rows give the same answer', async () => {
    const plain = await runOn('1,2,3,4\n5,6,7,8\n')
    expect(plain).toMatchObject({ status: 0, stderr: '' })
    expect(plain.y.trimEnd().split('\n')).toHaveLength(2)
    const spellings = [
      '1,2,3,4\n5,6,7,8', // no line break at the end
      '1,2,3,4\r\n5,6,7,8\r\n',
      '\uFEFF1,2,3,4\n5,6,7,8\n',
      '\n1,2,3,4\n\n\n5,6,7,8\n\n',
      '"1","2","3","4"\n5,"6",7,8\n',
      ' 1, 2 ,3.0,4e0\n+5,6.,0.7e1,8\n',
    ]
    for (const text of spellings) expect(await runOn(text)).toEqual(plain)
    const header = await runOn('a,"b ""b""","c,\nc",d\n1,2,3,4\n5,6,7,8\n')
    expect(header.y.replace(/^.*\n/, '')).toBe(plain.y)
  })

  test.each([
    ['1,2,3,4,5\n', 'x.csv: line 1: number of columns: expected 4, got 5'],
    ['a,b,c\n1,2,3\n', 'x.csv: line 1: number of columns: expected 4, got 3'],
    ['1,2,3,4\n1,2,3,4,\n', 'x.csv: line 2: number of columns: expected 4, got 5'],
    ['1,2,x,4\n', 'x.csv: line 1, column 3: not a number: got "x"'],
    ['a,"b\nb",c,d\n1,2,3,4\n"5\n",6,7,z\n', 'x.csv: line 4, column 4 (d): not a number: got "z"'],
    ['1;2;3;4\n', 'x.csv: line 1: number of columns: expected 4, got 1'],
  ])('%j', async (text, message) => {
    expect(await runOn(text)).toMatchObject({ status: 2, stderr: `dotplus: ${message}\n`, y: '' })
  })

  test('a header of numbers is told with --header first, and none is guessed without', async () => {
    const { y } = await runOn('1,2,3,4\n')
    expect((await runOn('0,1,2,3\n1,2,3,4\n')).y.split('\n')).toHaveLength(3)
    const told = await runOn('0,1,2,3\n1,2,3,4\n', '--header', 'first')
    expect(told.y.replace(/^.*\n/, '')).toBe(y)
    expect((await runOn('a,b,c,d\n1,2,3,4\n', '--header', 'none')).stderr).toContain(
      'line 1, column 1',
    )
  })

  test('no rows', async () => {
    expect(await runOn('')).toMatchObject({ status: 0, stderr: '', y: '' })
    const named = await runOn('a,b,c,d\n')
    expect(named).toMatchObject({ status: 0, stderr: '' })
    expect(named.y).toMatch(/^\w+\n$/)
  })
})

describe('--on-error', () => {
  const text = '1,2,3,4\n1,2,x,4\n\n5,6,7,8\n1,2\n9,,9,9\n'
  const problems = [
    'x.csv: line 2, column 3: not a number: got "x"',
    'x.csv: line 5: number of columns: expected 4, got 2',
    'x.csv: line 6, column 2: not a number: got an empty cell. Write nan for a missing value',
  ]

  test('fail names the first bad row and writes nothing', async () => {
    const outcome = await runOn(text, '--on-error', 'fail')
    expect(outcome).toMatchObject({ status: 2, stderr: `dotplus: ${problems[0]}\n`, y: '' })
    expect(await readdir(scratch.path)).toEqual(['x.csv'])
  })

  test('skip leaves bad rows out and names each', async () => {
    const good = await runOn('1,2,3,4\n5,6,7,8\n')
    const { status, stderr, y } = await runOn(text, '--on-error', 'skip')
    expect({ status, y }).toEqual({ status: 0, y: good.y })
    expect(stderr).toBe(problems.map((line) => `dotplus: ${line} (row skipped)\n`).join(''))
  })

  test('null keeps their places', async () => {
    const [first, second] = (await runOn('1,2,3,4\n5,6,7,8\n')).y.split('\n')
    const { status, stderr, y } = await runOn(text, '--on-error', 'null')
    expect({ status, y }).toEqual({ status: 0, y: `${first}\n\n${second}\n\n\n` })
    expect(stderr).toBe(problems.map((line) => `dotplus: ${line} (null in its place)\n`).join(''))
  })

  test('null is NaN in NumPy and null in JSON', async () => {
    await writeFile(scratch.file('x.csv'), text)
    const run = (...args: string[]): Promise<Outcome> =>
      dotplus(['run', keras, '-q', '--on-error', 'null', '-i', 'x.csv', ...args], {
        cwd: scratch.path,
      })
    await run('-o', 'y.npy')
    expect([...(await readFloats('y.npy'))].map(Number.isNaN)).toEqual([
      false,
      true,
      false,
      true,
      true,
    ])
    const { stdout } = await run('-o', '-', '--format', 'json')
    const rows = JSON.parse(stdout) as unknown[]
    expect(rows.map((row) => JSON.stringify(row) === '[null]')).toEqual([
      false,
      true,
      false,
      true,
      true,
    ])
  })

  test('bad rows in batches of their own, before and after good ones', async () => {
    const bad = 'x\n'.repeat(20_000)
    const { y, status } = await runOn(`1,2,3,4\n${bad}5,6,7,8\n${bad}`, '--on-error', 'null')
    expect(status).toBe(0)
    const lines = y.split('\n')
    expect(lines).toHaveLength(40_003)
    expect(lines.flatMap((line, row) => (line === '' ? [] : [row]))).toEqual([0, 20_001])
    const only = await runOn(`1\n${bad}`, '--on-error', 'null')
    expect(only).toMatchObject({ status: 0, y: '\n'.repeat(20_001) })
  })

  test('--json counts and names them; thousands are counted only', async () => {
    await writeFile(scratch.file('x.csv'), `${text}${'x\n'.repeat(1500)}`)
    const args = ['run', keras, '-i', 'x.csv', '-o', 'y.csv', '--on-error', 'skip', '--json']
    const { stdout, stderr } = await dotplus(args, { cwd: scratch.path })
    const report = JSON.parse(stdout) as Report
    expect(report).toMatchObject({ rows: 2, badRows: 1503 })
    expect(report.problems.slice(0, 3)).toEqual(problems)
    expect(report.problems).toHaveLength(1000)
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      'dotplus: bad rows after these 1000 are counted, not named',
    )
  })

  test('a quote that is never closed fails whatever is asked for', async () => {
    const outcome = await runOn('1,2,3,4\n"1,2,3,4\n', '--on-error', 'skip')
    expect(outcome).toMatchObject({
      status: 2,
      stderr: 'dotplus: x.csv: line 2: a quote is not closed\n',
      y: '',
    })
  })
})
