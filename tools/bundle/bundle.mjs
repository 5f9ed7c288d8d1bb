// Bundles what tsc wrote to dist/ into dist/bundle/, which is what a package publishes: one file per entry point and
// lazily loaded part, comments left to the declarations.
//   node ../../tools/bundle/bundle.mjs index worker/index     (in the package's folder)
import { rmSync } from 'node:fs'
import { build } from 'esbuild'

const entries = process.argv.slice(2)
rmSync('dist/bundle', { recursive: true, force: true })
await build({
  entryPoints: entries.map((entry) => ({ in: `dist/${entry}.js`, out: entry })),
  outdir: 'dist/bundle',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  packages: 'external',
  target: 'es2022',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'inline',
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
})
