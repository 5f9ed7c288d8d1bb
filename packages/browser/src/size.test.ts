import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'
import { expect, it } from 'vitest'

const budget = 40_000
/** With every layer, which is downloaded when a model needs it. */
const fullBudget = 112_000

interface Chunk {
  readonly gzipped: number
  readonly inputs: readonly string[]
  readonly imports: Metafile['outputs'][string]['imports']
  readonly isEntry: boolean
}

/** What a bundler makes of a page that uses `load`, by file. */
async function bundle(code: string): Promise<Map<string, Chunk>> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    outdir: '/',
    absWorkingDir: '/',
    write: false,
    metafile: true,
  })
  return new Map(
    Object.entries(metafile.outputs).map(([path, { inputs, imports, entryPoint }]) => {
      const contents = outputFiles.find((file) => file.path.endsWith(path))?.contents ?? ''
      return [
        path,
        {
          gzipped: gzipSync(contents).byteLength,
          inputs: Object.keys(inputs),
          imports,
          isEntry: entryPoint === '<stdin>',
        },
      ]
    }),
  )
}

/** The chunks that are downloaded with `path`. */
function downloadedWith(chunks: ReadonlyMap<string, Chunk>, path: string): Set<string> {
  const found = new Set<string>()
  const visit = (name: string): void => {
    if (found.has(name)) return
    found.add(name)
    for (const { kind, path: next } of chunks.get(name)?.imports ?? []) {
      if (kind === 'import-statement') visit(next)
    }
  }
  visit(path)
  return found
}

const holding = (chunks: ReadonlyMap<string, Chunk>, file: RegExp): string[] =>
  [...chunks]
    .filter(([, { inputs }]) => inputs.some((input) => file.test(input)))
    .map(([path]) => path)

/** The only element of a list; a bundle that is cut otherwise must not pass for a small one. */
function theOnly(paths: readonly string[]): string {
  expect(paths).toHaveLength(1)
  return paths[0] as string
}

it(`is under ${budget / 1000} kB gzipped for a dense network, which loads nothing else`, async () => {
  const chunks = await bundle(`export { load } from '@dotplus/browser'`)
  const [entry] = [...chunks].find(([, { isEntry }]) => isEntry) as [string, Chunk]
  const page = downloadedWith(chunks, entry)
  const part = (file: RegExp): string => theOnly(holding(chunks, file))
  const dense = part(/\/generated\/exact-dense\.js$/)
  const exact = part(/\/generated\/exact\.js$/)
  const fast = part(/\/generated\/fast\.js$/)
  const layers = part(/\/registry-[\w-]{8}\.js$/)
  const host = part(/\/host-part-[\w-]{8}\.js$/)
  for (const later of [exact, fast, layers, host]) expect(page).not.toContain(later)
  const withLayers = new Set(
    [...page, exact, layers].flatMap((path) => [...downloadedWith(chunks, path)]),
  )
  withLayers.delete(dense)
  const everything = new Set([...withLayers, ...downloadedWith(chunks, host)])
  for (const path of downloadedWith(chunks, dense)) page.add(path)
  const sizeOf = (path: string): number => chunks.get(path)?.gzipped ?? 0
  const sizeOfAll = (paths: Iterable<string>): number =>
    [...paths].reduce((sum, path) => sum + sizeOf(path), 0)
  const size = sizeOfAll(page)
  const full = sizeOfAll(withLayers)
  console.info(
    `@dotplus/browser, minified and gzipped: ${size} B for dense networks, ${full} B with all layers, ${sizeOfAll(everything)} B with all of keras.ops`,
  )
  expect(size).toBeLessThan(budget)
  expect(full).toBeLessThan(fullBudget)
})
