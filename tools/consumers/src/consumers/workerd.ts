import type { Consumer } from '../bench.ts'
import type { Hashes } from '../program.ts'

const worker = `
import { load } from '@dotplus/browser'
import kernel from '@dotplus/browser/exact.wasm'
import mlp from './mlp.dotplus'
import mobilenetv2 from './mobilenetv2.dotplus'
import { compute } from './compute.mjs'
const models = { mlp, mobilenetv2 }
export default {
  async fetch() {
    return Response.json(await compute(load, (name) => models[name], { wasm: kernel }))
  },
}
`

const host = (folder: string): string => `
import { readFile } from 'node:fs/promises'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
const files = new Map()
const external = {
  name: 'external',
  setup(bundle) {
    bundle.onResolve({ filter: /\\.(wasm|dotplus)$/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === 'resolved') return
      const isModel = path.endsWith('.dotplus')
      const { path: file } = isModel
        ? { path: ${JSON.stringify(folder)} + path.slice(1) }
        : await bundle.resolve(path, { kind, importer, resolveDir, pluginData: 'resolved' })
      const name = file.split('/').at(-1)
      files.set(name, { type: isModel ? 'Data' : 'CompiledWasm', path: name, contents: await readFile(file) })
      return { path: './' + name, external: true }
    })
  },
}
const { outputFiles } = await build({ entryPoints: ['worker.mjs'], bundle: true, format: 'esm', write: false, plugins: [external], conditions: ['workerd', 'worker'], target: 'es2022' })
const miniflare = new Miniflare({
  modules: [{ type: 'ESModule', path: 'worker.mjs', contents: outputFiles[0].text }, ...files.values()],
  compatibilityDate: '2025-09-01',
})
try {
  const response = await miniflare.dispatchFetch('http://localhost/')
  console.log(await response.text())
} finally {
  await miniflare.dispose()
}
`

/** The edge platform that compiles no WebAssembly at run time: the kernel is a module of the deployment. */
export const workerd: Consumer = {
  name: 'workerd (miniflare), precompiled kernel',
  async run(bench) {
    await bench.write({
      'package.json': '{ "private": true, "type": "module" }',
      'worker.mjs': worker,
      'host.mjs': host(bench.models.folder),
    })
    await bench.install('npm', '@dotplus/browser', 'miniflare@4.20251011.0', 'esbuild@0.28.2')
    const output = await bench.node(['host.mjs'])
    return [{ where: 'workerd', hashes: JSON.parse(output) as Hashes }]
  },
}
