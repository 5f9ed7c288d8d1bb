import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { readNpyArray } from '@dotplus/converter'
import { decode, encode, FormatError, ModelError } from '@dotplus/core'
import { describe, expect, test } from 'vitest'
import { readModel } from '../model/read-model.ts'
import {
  commandLine,
  dotplus,
  sample,
  scratchFolder,
  validationInputs,
} from '../testing/dotplus.ts'
import { float32Bytes, npyBytes } from '../testing/npy.ts'

const keras = sample('keras/model.keras')
const scratch = scratchFolder()

/** Exit code 2, nothing on stdout, and one line on stderr with this in it. */
function refusal(message: RegExp | string): unknown {
  const inside =
    typeof message === 'string' ? message.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&') : message.source
  return {
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`^dotplus: [^\\n]*${inside}[^\\n]*\\n$`)),
  }
}

function errorOf(attempt: () => unknown): unknown {
  try {
    return `no error, but ${String(attempt())}`
  } catch (error) {
    return error
  }
}

async function inputs(): Promise<{ data: Float32Array; rows: number }> {
  const array = readNpyArray(await readFile(validationInputs), 'X_validation.npy')
  return {
    data: new Float32Array(new Uint8Array(array.data).buffer),
    rows: array.shape[0] as number,
  }
}

describe('run', () => {
  test('a truncated .npy is named with the bytes expected and got', async () => {
    await writeFile(scratch.file('x.npy'), (await readFile(validationInputs)).subarray(0, -100))
    const outcome = await dotplus(['run', keras, '-i', 'x.npy', '-o', 'y.npy'], {
      cwd: scratch.path,
    })
    expect(outcome).toEqual(
      refusal('x.npy: byte 128: the array is cut off: expected 6400 bytes of data, got 6300'),
    )
    expect(await readdir(scratch.path)).toEqual(['x.npy'])
  })

  test('Fortran order and big-endian give the bytes of the plain file', async () => {
    const { data, rows } = await inputs()
    const columnMajor = Float32Array.from(
      data,
      (_, i) => data[(i % rows) * 4 + Math.floor(i / rows)] as number,
    )
    const swapped = Buffer.from(float32Bytes(data)).swap32()
    await writeFile(
      scratch.file('fortran.npy'),
      npyBytes('<f4', true, [rows, 4], float32Bytes(columnMajor)),
    )
    await writeFile(scratch.file('big.npy'), npyBytes('>f4', false, [rows, 4], swapped))
    const answers: Buffer[] = []
    for (const file of [validationInputs, scratch.file('fortran.npy'), scratch.file('big.npy')]) {
      const outcome = await dotplus(['run', keras, '-q', '-i', file, '-o', 'y.npy'], {
        cwd: scratch.path,
      })
      expect(outcome).toEqual({ status: 0, stdout: '', stderr: '' })
      answers.push(await readFile(scratch.file('y.npy')))
    }
    const [plain, fortran, big] = answers
    expect(fortran?.equals(plain as Buffer)).toBe(true)
    expect(big?.equals(plain as Buffer)).toBe(true)
  })

  test('a wrong input shape names the file, the input, and both shapes', async () => {
    await writeFile(
      scratch.file('x.npy'),
      npyBytes('<f4', false, [5, 3], float32Bytes(new Float32Array(15))),
    )
    const outcome = await dotplus(['run', keras, '-i', 'x.npy', '-o', 'y.npy'], {
      cwd: scratch.path,
    })
    expect(outcome).toEqual(refusal(/x\.npy: input x: .*expected .*4.*, got .*5, 3/))
    expect(await readdir(scratch.path)).toEqual(['x.npy'])
  })

  test('NaN in the input flows through, and only in its row', async () => {
    const { data } = await inputs()
    const rows = data.slice(0, 12)
    rows[5] = NaN
    await writeFile(scratch.file('x.npy'), npyBytes('<f4', false, [3, 4], float32Bytes(rows)))
    const { stdout, status } = await dotplus(['run', keras, '-i', 'x.npy', '-o', '-'], {
      cwd: scratch.path,
    })
    expect(status).toBe(0)
    const answers = stdout.trim().split('\n')
    expect(answers.map((answer) => answer === 'nan')).toEqual([false, true, false])
  })

  test('a missing file', async () => {
    expect(await dotplus(['run', keras, '-i', '/no/x.npy', '-o', '/no/y.npy'])).toEqual(
      refusal('/no/x.npy: cannot be read: no such file'),
    )
  })
})

describe('convert', () => {
  test('a missing file', async () => {
    expect(await dotplus(['convert', '/no/model.keras', '-o', scratch.file('m.dotplus')])).toEqual(
      refusal('/no/model.keras: cannot be read: no such file'),
    )
  })

  test('a pickle that asks for os.system is refused by name and not run', async () => {
    const pickle = Buffer.from("cos\nsystem\n(S'touch owned'\ntR.")
    await writeFile(scratch.file('w.npy'), npyBytes('|O', false, [1], pickle))
    const outcome = await dotplus(['convert', 'w.npy', '--dense', 'linear'], { cwd: scratch.path })
    expect(outcome).toEqual(refusal(/w\.npy: .*os\.system/))
    expect(await readdir(scratch.path)).toEqual(['w.npy'])
  })

  test('weights whose shapes do not chain: the error names the two arrays', async () => {
    await mkdir(scratch.file('w'))
    for (const layer of [1, 2, 3]) {
      for (const kind of ['weights', 'bias']) {
        await copyFile(sample(`npy/L${layer}_${kind}.npy`), scratch.file(`w/L${layer}_${kind}.npy`))
      }
    }
    await writeFile(
      scratch.file('w/L3_weights.npy'),
      npyBytes('<f4', false, [9, 1], float32Bytes(new Float32Array(9))),
    )
    const outcome = await dotplus(['convert', 'w', '--dense', 'relu,relu,linear'], {
      cwd: scratch.path,
    })
    expect(outcome).toEqual(refusal(/L2_weights\.npy.*\(20, 10\).*L3_weights\.npy.*\(9, 1\)/))
    expect(await readdir(scratch.path)).toEqual(['w'])
  })

  test('an .h5 that is no HDF5', async () => {
    await writeFile(scratch.file('m.h5'), 'not what it says')
    expect(await dotplus(['convert', 'm.h5'], { cwd: scratch.path })).toEqual(
      refusal('m.h5: byte 0: not an HDF5 file'),
    )
    expect(await readdir(scratch.path)).toEqual(['m.h5'])
  })

  test('an output folder that is not there', async () => {
    expect(await dotplus(['convert', keras, '-o', '/no/m.dotplus'])).toEqual(
      refusal('/no/m.dotplus: cannot be written: no such file or directory'),
    )
  })

  test('an input is not overwritten', async () => {
    await copyFile(keras, scratch.file('m.keras'))
    expect(await dotplus(['convert', 'm.keras', '-o', './m.keras'], { cwd: scratch.path })).toEqual(
      refusal('would replace an input'),
    )
    expect((await readFile(scratch.file('m.keras'))).equals(await readFile(keras))).toBe(true)
  })

  test('Ctrl-C while it writes leaves no partial file', async () => {
    // 64 MiB of zeros that take no room on the disk.
    const size = 4096
    const handle = await open(scratch.file('L1_weights.npy'), 'w')
    const header = npyBytes('<f4', false, [size, size], new Uint8Array(0))
    await handle.write(header)
    await handle.truncate(header.byteLength + size * size * 4)
    await handle.close()
    const names = ['convert', 'L1_weights.npy', '--dense', 'linear', '-o', 'm.dotplus']
    const child = spawn(process.execPath, [...commandLine, ...names], { cwd: scratch.path })
    const closed = once(child, 'close')
    const isWriting = async (): Promise<boolean> =>
      (await readdir(scratch.path)).some((name) => name.endsWith('.tmp'))
    while (child.exitCode === null && !(await isWriting())) await sleep(1)
    child.kill('SIGINT')
    const [status, signal] = (await closed) as [number | null, string | null]
    expect({ status, signal }).toEqual({ status: null, signal: 'SIGINT' })
    expect(await readdir(scratch.path)).toEqual(['L1_weights.npy'])
  })
})

describe('a .dotplus cut short', () => {
  test('is a typed error at every byte', async () => {
    const { model } = await readModel([keras], {})
    const bytes = encode(model)
    const unexpected: string[] = []
    for (let length = 0; length < bytes.byteLength; length++) {
      const error = errorOf(() => decode(bytes.subarray(0, length), { file: 'm.dotplus' }))
      const typed = error instanceof FormatError || error instanceof ModelError
      if (!typed || !/^m\.dotplus: [^\n]+$/.test(error.message))
        unexpected.push(`cut at byte ${length}: ${String(error)}`)
    }
    expect(unexpected).toEqual([])
  })

  test.each([0, 4, 100, 700, -1])('is one line from the command too (%i)', async (length) => {
    const bytes = encode((await readModel([keras], {})).model)
    await writeFile(scratch.file('m.dotplus'), bytes.subarray(0, length))
    expect(await dotplus(['inspect', 'm.dotplus'], { cwd: scratch.path })).toEqual(
      refusal('m.dotplus: '),
    )
    const run = ['run', 'm.dotplus', '-i', validationInputs, '-o', 'y.npy']
    expect(await dotplus(run, { cwd: scratch.path })).toEqual(refusal('m.dotplus: '))
    expect(await readdir(scratch.path)).toEqual(['m.dotplus'])
  })
})

describe('usage', () => {
  test.each([
    [['bogus'], "unknown command 'bogus'"],
    [['convert'], "missing required argument 'in'"],
    [['convert', '--bogus', 'x'], "unknown option '--bogus'"],
    [['run', keras, '-o', 'y.npy'], "required option '-i, --input <file>' not specified"],
    [['run', keras, '-i', validationInputs, '-o', 'y.txt'], 'y.txt: the ending of --output'],
    [
      ['run', keras, '-i', validationInputs, '-o', 'y.npy', '--precision', 'half'],
      'Allowed choices are exact, fast',
    ],
    [['convert', 'a.npy', 'b.npy'], 'no name to write to: expected -o OUT.dotplus'],
    [['convert', sample('npz/weights.npz'), '-o', 'm.dotplus'], '--dense relu,relu,linear'],
    [['convert', keras, '--layers', 'a.json', '--dense', 'relu'], 'both --layers and --dense'],
  ])('%j', async (args, message) => {
    expect(await dotplus(args, { cwd: scratch.path })).toEqual(refusal(message))
    expect(await readdir(scratch.path)).toEqual([])
  })

  test('DOTPLUS_DEBUG=1 adds the stack', async () => {
    const { stderr, status } = await dotplus(['convert', '/no/model.keras', '-o', 'm.dotplus'], {
      env: { DOTPLUS_DEBUG: '1' },
    })
    expect(stderr).toMatch(/\n {4}at /)
    expect(status).toBe(2)
  })
})
