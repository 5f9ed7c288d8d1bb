import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const script = fileURLToPath(new URL('../scripts/fuzz.mjs', import.meta.url))

it('fails with nothing but typed errors on 1,000 damaged files, in a second and bounded memory each', () => {
  const args = [script, '--runs', '1000', '--seconds', '100', '--seed', '1']
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  console.log(stdout.trimEnd().split('\n').at(-1))
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/ 0 problems,/)
}, 120_000)
