import { join } from 'node:path'
import type { Bench, Consumer, Finding, Installer } from '../bench.ts'
import { computationTypes, type Hashes } from '../program.ts'

const where = `Node ${process.versions.node}`

const addresses = (bench: Bench): string =>
  `(name) => ${JSON.stringify(join(bench.models.folder, '/'))} + name + '.dotplus'`

async function computed(bench: Bench, program: string): Promise<Finding> {
  return { where, hashes: JSON.parse(await bench.node([program])) as Hashes }
}

function esm(installer: Installer): Consumer {
  return {
    name: `Node ESM, ${installer}`,
    async run(bench) {
      await bench.write({
        'package.json': '{ "private": true, "type": "module" }',
        'main.mjs': `
import { load } from '@dotplus/node'
import { compute } from './compute.mjs'
const here = await compute(load, ${addresses(bench)})
const there = await compute(load, ${addresses(bench)}, { worker: true })
if (JSON.stringify(here) !== JSON.stringify(there)) throw new Error('the worker computes something else')
console.log(JSON.stringify(here))
`,
      })
      await bench.install(installer, '@dotplus/node')
      return [await computed(bench, 'main.mjs')]
    },
  }
}

const commonJs: Consumer = {
  name: 'CommonJS, await import',
  async run(bench) {
    await bench.write({
      'package.json': '{ "private": true, "type": "commonjs" }',
      'main.js': `
const { join } = require('node:path')
async function main() {
  const { load } = await import('@dotplus/node')
  const { compute } = await import('./compute.mjs')
  console.log(JSON.stringify(await compute(load, ${addresses(bench)})))
}
main()
`,
    })
    await bench.install('npm', '@dotplus/node')
    return [await computed(bench, 'main.js')]
  },
}

/** A Node of another version than the one that runs this, from the registry. */
function otherNode(version: string): Consumer {
  const packageName = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  return {
    name: `Node ${version}`,
    async run(bench) {
      await bench.write({
        'package.json': '{ "private": true, "type": "module" }',
        'main.mjs': `
import { load } from '@dotplus/node'
import { compute } from './compute.mjs'
const hashes = await compute(load, ${addresses(bench)}, { worker: true })
console.log(JSON.stringify({ where: 'Node ' + process.versions.node + ', worker', hashes }))
`,
      })
      await bench.install('npm', '@dotplus/node', `${packageName}@${version}`)
      const program = join('node_modules', packageName, 'bin', 'node')
      return [JSON.parse(await bench.run(bench.path(program), ['main.mjs'])) as Finding]
    },
  }
}

function typescript(resolution: 'nodenext' | 'bundler', installer: Installer): Consumer {
  const isNode = resolution === 'nodenext'
  const name = isNode ? '@dotplus/node' : '@dotplus/browser'
  return {
    name: `TypeScript strict, ${resolution}, ${installer}`,
    async run(bench) {
      await bench.write({
        'package.json': '{ "private": true, "type": "module" }',
        'compute.d.mts': computationTypes,
        'main.ts': `
import { load, DotplusError, type Tensor, type Load } from '${name}'
import { compute, type Hashes } from './compute.mjs'

const typed: (source: string) => Promise<Tensor> = async (source) => {
  using model = await load(source, { precision: 'exact', onProgress: ({ loaded, total }) => void [loaded, total] })
  const signature: readonly { readonly name: string; readonly shape: readonly (number | null)[] }[] = model.inputs
  void signature
  return model.predict([[1, 2, 3, 4]])
}
const inWorker: (source: string) => Promise<Tensor> = async (source) => {
  using model = await load(source, { worker: true })
  return await model.predict([[1, 2, 3, 4]])
}
// @ts-expect-error there is no such precision
void (() => load('x', { precision: 'rough' }))
void [typed, inWorker, DotplusError]
${
  isNode
    ? `const found: Hashes = await compute((source: string) => load(source), ${addresses(bench)})\nconsole.log(JSON.stringify(found))`
    : `export const found: () => Promise<Hashes> = () => compute((source: string) => load(source), (name) => name + '.dotplus')`
}
`,
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            target: 'es2022',
            module: isNode ? 'nodenext' : 'esnext',
            moduleResolution: resolution,
            lib: ['es2023', 'esnext.disposable', ...(isNode ? [] : ['dom'])],
            types: isNode ? ['node'] : [],
            strict: true,
            exactOptionalPropertyTypes: true,
            noUncheckedIndexedAccess: true,
            skipLibCheck: false,
            outDir: 'out',
          },
          files: ['main.ts'],
        }),
      })
      await bench.install(
        installer,
        name,
        'typescript@5.9.3',
        ...(isNode ? ['@types/node@20'] : []),
      )
      await bench.run(bench.bin('tsc'), [])
      if (!isNode) {
        console.log('    types checked')
        return []
      }
      await bench.write({ 'out/compute.mjs': (await import('../program.ts')).computation })
      return [await computed(bench, 'out/main.js')]
    },
  }
}

export const nodeConsumers: readonly Consumer[] = [
  esm('npm'),
  esm('pnpm'),
  esm('yarn'),
  otherNode('22'),
  otherNode('26'),
  commonJs,
  typescript('nodenext', 'pnpm'),
  typescript('bundler', 'yarn'),
]
