import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { dotplus, sample, scratchFolder, validationInputs } from '../testing/dotplus.ts'

const keras = sample('keras/model.keras')
const scratch = scratchFolder()

test('--json is one JSON value on stdout and nothing on stderr, for every command a machine may read', async () => {
  const commands: readonly (readonly string[])[] = [
    ['convert', keras, '-o', 'm.dotplus'],
    ['run', keras, '-i', validationInputs, '-o', 'y.npy'],
    ['inspect', keras],
    ['plot', keras, '-o', 'graph.svg'],
    ['bench', keras, '--seconds', '0.05', '--no-cold-start'],
    ['doctor', keras],
  ]
  const answers = new Map<string, Record<string, unknown>>()
  for (const [name = '', ...args] of commands) {
    const { stdout, stderr, status } = await dotplus([name, ...args, '--json'], {
      cwd: scratch.path,
      env: { FORCE_COLOR: '1' },
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    answers.set(name, JSON.parse(stdout) as Record<string, unknown>)
  }
  const { length } = await readFile(scratch.file('m.dotplus'))
  expect(answers.get('convert')).toMatchObject({
    output: 'm.dotplus',
    files: ['m.dotplus'],
    byteLength: length,
    parameters: 321,
  })
  expect(answers.get('plot')).toMatchObject({ output: 'graph.svg', nodes: 4, edges: 3 })
  expect(answers.get('run')).toMatchObject({ rows: 400, badRows: 0 })
})
