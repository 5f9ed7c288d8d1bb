// Bundles what tsc wrote to dist/ into dist/bundle/, which is what a package publishes: one minified file per entry
// point and lazily loaded part, and the declarations of what the entry points export.
//   node ../../tools/bundle/bundle.mjs index+worker/index worker/server     (in the package's folder)
// Entry points joined by + start with one chunk: a file costs a fresh process more than what is in it.
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'

const groups = process.argv.slice(2).map((group) => group.split('+'))
const entries = groups.flat()
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

/**
 * The modules that an entry point cannot start without.
 *
 * @param {string} file
 * @param {Set<string>} found
 */
function startingWith(file, found = new Set()) {
  if (found.has(file)) return found
  found.add(file)
  const code = readFileSync(file, 'utf8')
  for (const [, path] of code.matchAll(/^(?:import|export)\b[^'"]*?['"](\.[^'"]+)['"]/gm))
    startingWith(join(dirname(file), path), found)
  return found
}

const files = new Set(entries.map((entry) => resolve(`dist/${entry}.js`)))
const starts = groups
  .filter((group) => group.length > 1)
  .map((group, i) => {
    const found = new Set()
    for (const entry of group) startingWith(resolve(`dist/${entry}.js`), found)
    return {
      name: i === 0 ? 'start' : `start-${i}`,
      test: (/** @type {string} */ id) => found.has(id) && !files.has(id),
    }
  })

rmSync('dist/bundle', { recursive: true, force: true })
const code = await rolldown({ input: inputs('.js'), external })
await code.write({
  dir: 'dist/bundle',
  minify: { compress: { target, keepNames }, mangle: { toplevel: true, keepNames } },
  comments: { legal: true, annotation: true, jsdoc: false },
  // Beside the entry points, so that an address relative to a module means the same in a chunk.
  chunkFileNames: '[name]-[hash].js',
  ...(starts.length > 0 && { codeSplitting: { groups: starts } }),
})
const declarations = await rolldown({
  input: inputs('.d.ts'),
  external,
  plugins: [bareLayers, dts({ dtsInput: true })],
})
await declarations.write({ dir: 'dist/bundle', chunkFileNames: 'chunks/[name]-[hash].js' })
