// Bundles what tsc wrote to dist/ into dist/bundle/, which is what a package publishes: one minified file per entry
// point and lazily loaded part, and the declarations of what the entry points export.
//   node ../../tools/bundle/bundle.mjs index worker/index     (in the package's folder)
import { rmSync } from 'node:fs'
import { rolldown } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'

const entries = process.argv.slice(2)
const external = /^(@dotplus\/|node:)/
const keepNames = { function: false, class: true }
const target = 'es2022'

/** @param {string} extension */
const inputs = (extension) =>
  Object.fromEntries(entries.map((entry) => [entry, `dist/${entry}${extension}`]))

/** The settings of layers are explained once, in proto/model.proto; their types repeat the names alone. */
const bareLayers = {
  name: 'bare-layers',
  transform: {
    filter: { id: /model[/\\]layer\.d\.ts$/ },
    /** @param {string} code */
    handler: (code) => code.replaceAll(/\/\*\*[^]*?\*\/\s*/g, ''),
  },
}

rmSync('dist/bundle', { recursive: true, force: true })
const code = await rolldown({ input: inputs('.js'), external })
await code.write({
  dir: 'dist/bundle',
  minify: { compress: { target, keepNames }, mangle: { toplevel: true, keepNames } },
  comments: { legal: true, annotation: true, jsdoc: false },
  chunkFileNames: 'chunks/[name]-[hash].js',
})
const declarations = await rolldown({
  input: inputs('.d.ts'),
  external,
  plugins: [bareLayers, dts({ dtsInput: true })],
})
await declarations.write({ dir: 'dist/bundle', chunkFileNames: 'chunks/[name]-[hash].js' })
