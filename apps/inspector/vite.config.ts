import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

/** Writes sw.js with the names of all files, so that the page works without a network once it was opened. */
function offline(): Plugin {
  const source = fileURLToPath(new URL('src/offline.js', import.meta.url))
  return {
    name: 'offline',
    generateBundle(_, bundle) {
      const files = Object.keys(bundle).filter((name) => !name.endsWith('.map'))
      const hash = createHash('sha256').update(files.join()).digest('hex').slice(0, 12)
      const head = `const version = '${hash}'\nconst files = ${JSON.stringify(['./', ...files])}\n`
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: head + readFileSync(source, 'utf8'),
      })
    },
  }
}

export default defineConfig({
  base: './',
  plugins: [offline()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
  },
})
