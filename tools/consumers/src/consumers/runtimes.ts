import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { bunProgram, denoProgram, type Bench, type Consumer } from '../bench.ts'
import type { Hashes } from '../program.ts'

const folderOf = (bench: Bench): string => JSON.stringify(join(bench.models.folder, '/'))

const program = (bench: Bench, name: string): string => `
import { load } from '${name}'
import { compute } from './compute.mjs'
const addressOf = (name) => ${folderOf(bench)} + name + '.dotplus'
const here = await compute(load, addressOf)
const there = await compute(load, addressOf, { worker: true })
if (JSON.stringify(here) !== JSON.stringify(there)) throw new Error('the worker computes something else')
console.log(JSON.stringify(here))
`

const bun: Consumer = {
  name: 'Bun, bun add',
  unavailable: async () => (bunProgram() ? undefined : 'Bun is not installed'),
  async run(bench) {
    await bench.write({
      'package.json': '{ "private": true, "type": "module" }',
      'main.mjs': program(bench, '@dotplus/node'),
    })
    await bench.install('bun', '@dotplus/node')
    const output = await bench.run(bunProgram() as string, ['main.mjs'])
    return [{ where: 'Bun', hashes: JSON.parse(output) as Hashes }]
  },
}

const permissions = (bench: Bench): string[] => [
  '--no-prompt',
  `--allow-read=${bench.models.files.map((name) => join(bench.models.folder, name)).join(',')}`,
]

/** Deno downloads the program that compiled ones begin with; where it cannot, nothing can be compiled. */
async function compiled(bench: Bench): Promise<string | undefined> {
  const deno = denoProgram() as string
  try {
    await bench.run(deno, [
      'compile',
      '--quiet',
      ...permissions(bench),
      '--output',
      'compiled',
      'main.mjs',
    ])
  } catch (error) {
    if (/denort|dl\.deno\.land|download/i.test((error as Error).message)) return undefined
    throw error
  }
  return bench.run(bench.path('compiled'), [])
}

const deno: Consumer = {
  name: 'Deno, deno add npm:, read permission for the models alone',
  unavailable: async () => (denoProgram() ? undefined : 'Deno is not installed'),
  async run(bench) {
    await bench.write({
      'deno.json': '{ "minimumDependencyAge": 0 }',
      'main.mjs': program(bench, '@dotplus/deno'),
    })
    await bench.install('deno', '@dotplus/deno')
    const output = await bench.run(denoProgram() as string, [
      'run',
      '--quiet',
      '--cached-only',
      ...permissions(bench),
      'main.mjs',
    ])
    const findings = [{ where: 'Deno', hashes: JSON.parse(output) as Hashes }]
    const binary = await compiled(bench)
    if (binary === undefined) {
      console.log(
        '    deno compile: not tried, Deno could not download its runtime for compiled programs',
      )
      return findings
    }
    const { size } = await stat(bench.path('compiled'))
    const where = `deno compile, ${Math.round(size / 2 ** 20)} MiB`
    return [...findings, { where, hashes: JSON.parse(binary) as Hashes }]
  },
}

export const runtimeConsumers: readonly Consumer[] = [bun, deno]
