import { describe, expect, test } from 'vitest'
import { dotplus, sample, sampleFolder } from '../testing/dotplus.ts'

describe('dotplus inspect', () => {
  test('prints what model.summary() prints, and where the model comes from', async () => {
    const { stdout, status } = await dotplus(['inspect', sample('keras/model.keras')])
    expect(status).toBe(0)
    const rows = stdout.split('\n').filter((line) => line.startsWith('│'))
    const cells = rows.map((row) => row.split('│').map((cell) => cell.trim()))
    expect(cells.map(([, , shape]) => shape)).toEqual([
      '(None, 4)',
      '(None, 20)',
      '(None, 10)',
      '(None, 1)',
    ])
    expect(cells.map(([, , , parameters]) => parameters)).toEqual(['0', '100', '210', '11'])
    expect(stdout).toContain('Total params: 321 (1.25 KB)')
    expect(stdout).toContain('A call with (1, 4): 580 FLOP')
    expect(stdout).toMatch(
      /^ Memory: weights [\d.]+ KB, program 2\d\d B, arena \d+ B \(at least \d+ B\)$/m,
    )
    expect(stdout).toMatch(/From model\.keras \(keras-v3, Keras 3\.\d+\.\d+\)/)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('--plan lists the ops of a call', async () => {
    const { stdout } = await dotplus(['inspect', sample('keras/model.keras'), '--plan'])
    expect(stdout.match(/│ dense \(/g)).toHaveLength(3)
  })

  test('names the layers a layer is connected to, when they are not in a row', async () => {
    const { stdout } = await dotplus([
      'inspect',
      `${sampleFolder}/../cases/graph-residual/model.keras`,
    ])
    expect(stdout).toContain('Connected to')
    const add = stdout.split('\n').find((line) => line.includes('(Add)'))
    expect(add?.split('│')[4]?.trim()).not.toBe('')
  })

  test('--json is for scripts', async () => {
    const { stdout } = await dotplus([
      'inspect',
      sample('weights-h5/model.json'),
      sample('weights-h5/model.weights.h5'),
      '--json',
    ])
    const summary = JSON.parse(stdout) as { layers: { outputShapes: (number | null)[][] }[] }
    expect(summary).toMatchObject({
      formatVersion: 1,
      parameters: { count: 321, bytes: 1284 },
      inputs: [{ dtype: 'float32', shape: [null, 4] }],
      provenance: { sourceFormat: 'weights-h5+json' },
    })
    expect(summary.layers.at(-1)?.outputShapes).toEqual([[null, 1]])
  })
})

describe('dotplus', () => {
  test('--version, --help, and help without arguments', async () => {
    expect((await dotplus(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+/)
    const bare = await dotplus([])
    const help = await dotplus(['--help'])
    expect(bare).toEqual(help)
    expect(help.status).toBe(0)
    expect(help.stdout).toContain('EXIT STATUS\n')
  })

  const commands = 'convert run verify inspect plot view bench doctor completion'.split(' ')
  test.each(commands)('%s --help is a manual page that fits', async (command) => {
    for (const columns of [40, 80, 132]) {
      const options = { env: { COLUMNS: `${columns}` } }
      const { stdout, stderr, status } = await dotplus([command, '--help'], options)
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
      const headings = stdout.match(/^[A-Z][A-Z ]+$/gm)
      expect(headings?.join()).toBe(
        'NAME,SYNOPSIS,DESCRIPTION,ARGUMENTS,OPTIONS,EXIT STATUS,EXAMPLES',
      )
      const [text = '', examples = ''] = stdout.split('\nEXAMPLES\n')
      const long = text.split('\n').filter((line) => line.length > Math.max(columns, 60))
      expect(long).toEqual([])
      expect(examples).toMatch(/^ {2}# .*\n {2}.*dotplus /)
      expect((await dotplus(['help', command], options)).stdout).toBe(stdout)
    }
  })
})
