import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { peersFolder } from '../../peers.ts'

export type PageFiles = ReadonlyMap<string, Uint8Array>

const html = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>dotplus bench</title>
  <script type="module" src="/page.js"></script>
</html>
`

/** Peers of pages, by the name they are imported by, and the file of the package that pages want. */
const peers: Readonly<Record<string, string>> = {
  'onnxruntime-web': 'onnxruntime-web/wasm',
  '@tensorflow/tfjs-core': '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-wasm': '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-converter': '@tensorflow/tfjs-converter',
  '@litertjs/core': '@litertjs/core',
}

/** The page, its script and everyone's packages, bundled and minified as an application would. */
export async function bundlePage(): Promise<PageFiles> {
  const files = new Map<string, Uint8Array>([['/', new TextEncoder().encode(html)]])
  const page = fileURLToPath(new URL('./page.js', import.meta.url))
  // Beside the page, where the package looks for its worker.
  await bundle(files, { page, worker: '@dotplus/browser/worker' }, '/', path.dirname(page))
  if (existsSync(path.join(peersFolder, 'node_modules'))) {
    await bundle(files, peers, '/peers', peersFolder)
  }
  return files
}

async function bundle(
  files: Map<string, Uint8Array>,
  entryPoints: Readonly<Record<string, string>>,
  outdir: string,
  absWorkingDir: string,
): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: { ...entryPoints },
    absWorkingDir,
    outdir: path.join(absWorkingDir, 'out'),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
    // One file starts threads by loading itself: as it is, beside its own wasm.
    external: ['/modules/*'],
  })
  for (const { path: file, contents } of outputFiles) {
    const place = path.relative(path.join(absWorkingDir, 'out'), file).split(path.sep).join('/')
    files.set(path.posix.join(outdir, place), contents)
  }
}
