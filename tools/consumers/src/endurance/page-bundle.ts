import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** The page's program and its worker, as an app would bundle them: files by name. */
export async function bundlePage(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: {
      main: fileURLToPath(new URL('./subject/page.js', import.meta.url)),
      worker: '@dotplus/browser/worker',
    },
    absWorkingDir: fileURLToPath(new URL('../../', import.meta.url)),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    outdir: 'out',
    write: false,
  })
  const files = outputFiles.map(({ path, contents }): [string, Uint8Array] => [
    path.replace(/.*[/\\]/, ''),
    contents,
  ])
  const html =
    '<!doctype html><meta charset="utf-8"><title>dotplus</title><script type="module" src="main.js"></script>'
  return new Map([...files, ['index.html', new TextEncoder().encode(html)]])
}

/** The same program as one classic script, which even a page opened from a file may run. */
export async function bundleClassicScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./subject/page.js', import.meta.url))],
    absWorkingDir: fileURLToPath(new URL('../../', import.meta.url)),
    bundle: true,
    format: 'iife',
    target: 'es2022',
    // A classic script has no import.meta; workers are not started from it.
    define: { 'import.meta.url': 'document.baseURI' },
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

/**
 * A service worker, which may not import anything while it runs: one file, as a classic script or as a module that has
 * the package's own single file in it.
 */
export async function bundleServiceWorker(type: 'classic' | 'module'): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./subject/service-worker.js', import.meta.url))],
    absWorkingDir: fileURLToPath(new URL('../../', import.meta.url)),
    bundle: true,
    target: 'es2022',
    ...(type === 'module'
      ? { format: 'esm', alias: { '@dotplus/browser': '@dotplus/browser/standalone' } }
      : { format: 'iife', define: { 'import.meta.url': 'location.href' } }),
    write: false,
  })
  return outputFiles[0]?.contents ?? new Uint8Array()
}
