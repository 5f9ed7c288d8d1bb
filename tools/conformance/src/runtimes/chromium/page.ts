import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { suiteScript } from '../packages.ts'

/** Files of the test page by path, as they are served. */
export type PageFiles = ReadonlyMap<string, Uint8Array>

const html = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>dotplus conformance</title>
  <script type="module" src="/browser.js"></script>
</html>
`

/** The page and its script, bundled as an application would bundle it. */
export async function buildPage(): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: {
      browser: suiteScript('browser'),
      worker: fileURLToPath(import.meta.resolve('@dotplus/browser/worker')),
    },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    outdir: '/',
    write: false,
    logLevel: 'silent',
  })
  const files = new Map<string, Uint8Array>([['/', new TextEncoder().encode(html)]])
  for (const { path, contents } of outputFiles) files.set(`/${path.split(/[/\\]/).pop()}`, contents)
  return files
}
