import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

/** Writes sw.js with the names of all files, so that the page works without a network once it was opened. */
function offline(): Plugin {
  const source = fileURLToPath(new URL('src/offline.js', import.meta.url))
  const open = new URL('public/', import.meta.url)
  return {
    name: 'offline',
    generateBundle(_, bundle) {
      const built = Object.keys(bundle).filter((name) => !name.endsWith('.map'))
      const files = [...built, ...readdirSync(open)]
      // Names of built files hold a hash of what is in them; those of the others do not.
      const hash = createHash('sha256').update(files.join())
      for (const name of readdirSync(open)) hash.update(readFileSync(new URL(name, open)))
      const version = hash.digest('hex').slice(0, 12)
      const head = `const version = '${version}'\nconst files = ${JSON.stringify(['./', ...files])}\n`
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
