// Bundles what tsc wrote to dist/ into dist/bundle/, which is what a package publishes: one minified file per entry
// point and lazily loaded part, and the declarations of what the entry points export.
//   node ../../tools/bundle/bundle.mjs index+worker/index worker/server     (in the package's folder)
//   node ../../tools/bundle/bundle.mjs index -- worker
// A file costs a fresh process more than what is in it: entry points joined by + start with one chunk, those on different
// sides of -- share none.
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'

const builds = process.argv
  .slice(2)
  .join(' ')
  .split(' -- ')
  .map((build) => build.split(' ').map((group) => group.split('+')))
const external = /^(@dotplus\/|node:)/
const keepNames = { function: false, class: true }
const target = 'es2022'

/**
 * @param {readonly string[]} entries
 * @param {string} extension
 */
const inputs = (entries, extension) =>
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

/**
 * The chunks that entry points joined by + start with.
 *
 * @param {readonly (readonly string[])[]} groups
 */
function startsOf(groups) {
  const files = new Set(groups.flat().map((entry) => resolve(`dist/${entry}.js`)))
  return groups
    .filter((group) => group.length > 1)
    .map((group, i) => {
      const found = new Set()
      for (const entry of group) startingWith(resolve(`dist/${entry}.js`), found)
      return {
        name: i === 0 ? 'start' : `start-${i}`,
        test: (/** @type {string} */ id) => found.has(id) && !files.has(id),
      }
    })
}

rmSync('dist/bundle', { recursive: true, force: true })
for (const groups of builds) {
  const starts = startsOf(groups)
  const code = await rolldown({ input: inputs(groups.flat(), '.js'), external })
  await code.write({
    dir: 'dist/bundle',
    minify: { compress: { target, keepNames }, mangle: { toplevel: true, keepNames } },
    comments: { legal: true, annotation: true, jsdoc: false },
    // Beside the entry points, so that an address relative to a module means the same in a chunk.
    chunkFileNames: '[name]-[hash].js',
    ...(starts.length > 0 && { codeSplitting: { groups: starts } }),
  })
}
const declarations = await rolldown({
  input: inputs(builds.flat(2), '.d.ts'),
  external,
  plugins: [bareLayers, dts({ dtsInput: true })],
})
await declarations.write({ dir: 'dist/bundle', chunkFileNames: 'chunks/[name]-[hash].js' })
