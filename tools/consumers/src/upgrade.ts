import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench, Finding } from './bench.ts'
import type { Hashes } from './program.ts'

async function installedVersion(bench: Bench): Promise<string> {
  const manifest = bench.path('node_modules/@dotplus/node/package.json')
  return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version
}

/** A project that takes every patch of the packages, as npm writes it. */
export async function startProject(bench: Bench): Promise<Finding> {
  await bench.write({
    'package.json': '{ "private": true, "type": "module" }',
    'main.mjs': `
import { load } from '@dotplus/node'
import { compute } from './compute.mjs'
const folder = ${JSON.stringify(join(bench.models.folder, '/'))}
console.log(JSON.stringify(await compute(load, (name) => folder + name + '.dotplus')))
`,
  })
  await bench.run('npm', ['install', `@dotplus/node@^${bench.version}`])
  return compute(bench)
}

/** What the project computes with what is installed. */
async function compute(bench: Bench): Promise<Finding> {
  const version = await installedVersion(bench)
  const hashes = JSON.parse(await bench.node(['main.mjs'])) as Hashes
  return { where: `Node, @dotplus/node ${version}`, hashes }
}

/**
 * Takes a patch release into the project in place, without touching its package.json, and runs the models that were
 * written before it.
 *
 * @throws {Error} when another version is installed afterwards
 */
export async function upgradeProject(bench: Bench, version: string): Promise<Finding> {
  await bench.run('npm', ['update', '--prefer-online'])
  const installed = await installedVersion(bench)
  if (installed !== version) throw new Error(`npm update installed ${installed}, not ${version}`)
  return compute(bench)
}
