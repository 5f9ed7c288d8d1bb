import { cp, mkdir } from 'node:fs/promises'
import type { Bench, Consumer } from '../bench.ts'
import { openInBrowsers } from '../browsers/open.ts'

const html = (script: string): string => `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>dotplus</title>
  <script type="module" src="${script}"></script>
</html>
`

/** @param worker what the page passes as \`worker\` */
const page = (worker: string, from = '@dotplus/browser'): string => `
import { load } from '${from}'
import { compute } from './compute.mjs'
const addressOf = (name) => 'models/' + name + '.dotplus'
async function main() {
  const page = await compute(load, addressOf)
  // A worker belongs to one model, so each load gets its own.
  const worker = await compute((source) => load(source, { worker: ${worker} }), addressOf)
  return { page, worker }
}
main()
  .catch((error) => ({ error: String(error) + (error.cause ? ' <- ' + error.cause : '') }))
  .then((found) => fetch('result', { method: 'POST', body: JSON.stringify(found) }))
`
const separateWorker = `new Worker('./worker.js', { type: 'module' })`

interface Bundler {
  readonly name: string
  readonly packages: readonly string[]
  readonly files: Readonly<Record<string, string>>
  /** Builds into \`dist\`, whose page is \`index.html\`. */
  build(bench: Bench): Promise<unknown>
}

function bundled({ name, packages, files, build }: Bundler): Consumer {
  return {
    name,
    async run(bench) {
      await bench.write({ 'package.json': '{ "private": true, "type": "module" }', ...files })
      await bench.install('npm', '@dotplus/browser', ...packages)
      await build(bench)
      return openInBrowsers(bench, bench.path('dist'))
    },
  }
}

const vite = bundled({
  name: 'Vite, worker: true',
  packages: ['vite@8.3.8'],
  files: {
    'index.html': html('./main.js'),
    'main.js': page('true'),
    'vite.config.js': `export default { base: './', build: { target: 'es2022', modulePreload: { polyfill: false } }, worker: { format: 'es' } }`,
  },
  build: (bench) => bench.node([bench.path('node_modules/vite/bin/vite.js'), 'build']),
})

const webpack = bundled({
  name: 'webpack, worker: true',
  packages: ['webpack@5.113.0', 'webpack-cli@6.0.1'],
  files: {
    'main.js': page('true'),
    'index.template.html': html('./main.js'),
    'webpack.config.js': `
export default {
  mode: 'production',
  entry: './main.js',
  experiments: { outputModule: true },
  output: { filename: 'main.js', module: true, path: new URL('dist', import.meta.url).pathname },
  performance: { hints: false },
}
`,
  },
  async build(bench) {
    await bench.node([bench.path('node_modules/webpack/bin/webpack.js')])
    await cp(bench.path('index.template.html'), bench.path('dist/index.html'))
  },
})

const esbuild = bundled({
  name: 'esbuild, worker as an entry point',
  packages: ['esbuild@0.28.2'],
  files: { 'main.js': page(separateWorker), 'index.template.html': html('./main.js') },
  async build(bench) {
    await bench.run(bench.bin('esbuild'), [
      'main=main.js',
      'worker=@dotplus/browser/worker',
      '--bundle',
      '--minify',
      '--splitting',
      '--format=esm',
      '--outdir=dist',
    ])
    await cp(bench.path('index.template.html'), bench.path('dist/index.html'))
  },
})

const rollup = bundled({
  name: 'Rollup, worker as an entry point',
  packages: ['rollup@4.68.8', '@rollup/plugin-node-resolve@16'],
  files: {
    'main.js': page(separateWorker),
    'index.template.html': html('./main.js'),
    'rollup.config.mjs': `
import { nodeResolve } from '@rollup/plugin-node-resolve'
export default {
  input: { main: 'main.js', worker: '@dotplus/browser/worker' },
  output: { dir: 'dist', format: 'es' },
  plugins: [nodeResolve({ browser: true })],
  onwarn(warning) { throw new Error(warning.message) },
}
`,
  },
  async build(bench) {
    await bench.node([bench.path('node_modules/rollup/dist/bin/rollup'), '--config', '--silent'])
    await cp(bench.path('index.template.html'), bench.path('dist/index.html'))
  },
})

const noBundler: Consumer = {
  name: 'no bundler, one file',
  async run(bench) {
    await bench.write({
      'package.json': '{ "private": true, "type": "module" }',
      'dist/index.html': html('./main.js'),
      'dist/main.js': page('true', './dotplus.js'),
    })
    await bench.install('npm', '@dotplus/browser')
    await mkdir(bench.path('dist'), { recursive: true })
    await cp(bench.path('compute.mjs'), bench.path('dist/compute.mjs'))
    await cp(
      bench.path('node_modules/@dotplus/browser/dist/dotplus.js'),
      bench.path('dist/dotplus.js'),
    )
    return openInBrowsers(bench, bench.path('dist'))
  },
}

export const pageConsumers: readonly Consumer[] = [vite, webpack, esbuild, rollup, noBundler]
