import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { runHidden } from './child.mjs'
import { fromRoot } from './paths.mjs'
import { withProgress } from './progress.mjs'

const stampFile = fromRoot('node_modules/.dotplus-build')
const workspaceFolders = ['packages', 'apps', 'tools'].filter((folder) =>
  existsSync(fromRoot(folder)),
)
const rootInputs = ['package.json', 'pnpm-lock.yaml', 'tsconfig.base.json', 'turbo.json']

/** What builds write and tools cache: no source, so a change there asks for no build. */
const notSource = new Set(['node_modules', 'dist', 'generated', 'coverage'])
const generatedSources = new Set([
  'packages/kernel/src/wasm/compressed.ts',
  'packages/kernel/src/wasm/exact.ts',
  'packages/kernel/src/wasm/exact-dense.ts',
  'packages/kernel/src/wasm/fast.ts',
])

/** Builds the workspace through turbo; returns at once when no source has changed since the last build. */
export async function build() {
  const sources = fingerprint()
  const isCurrent = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === sources
  if (isCurrent && outputs().every((folder) => existsSync(folder))) return
  await withProgress('Building', async () => {
    const command = ['run', 'build', '--output-logs=errors-only', '--ui=stream']
    const { code, stdout, stderr } = await runHidden(process.execPath, [
      fromRoot('node_modules/turbo/bin/turbo'),
      ...command,
      `--concurrency=${availableParallelism()}`,
    ])
    if (code !== 0) throw new Error(`${stdout}${stderr}\nThe build failed (see above).`)
  })
  writeFileSync(stampFile, sources)
}

/** Path, size and time of change of every source: cheap enough to take at every start. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version)
  const visit = (/** @type {string} */ path) => {
    const { size, mtimeMs } = statSync(fromRoot(path))
    hash.update(`${path}\0${size}\0${mtimeMs}\n`)
  }
  rootInputs.forEach(visit)
  for (const folder of workspaceFolders) sourcesUnder(folder).forEach(visit)
  return `${hash.digest('hex')}\n`
}

/**
 * @param {string} folder
 * @returns {string[]} relative to the root, sorted
 */
function sourcesUnder(folder) {
  return readdirSync(fromRoot(folder), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.name.startsWith('.') || notSource.has(entry.name)) return []
      if (entry.isDirectory()) return sourcesUnder(path)
      return entry.isFile() && !generatedSources.has(path) ? [path] : []
    })
}

/** The `dist` folder of every package that has something to build. */
function outputs() {
  return workspaceFolders.flatMap((parent) =>
    readdirSync(fromRoot(parent))
      .map((name) => fromRoot(`${parent}/${name}`))
      .filter((folder) => {
        const manifest = `${folder}/package.json`
        return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).scripts?.build
      })
      .map((folder) => `${folder}/dist`),
  )
}
