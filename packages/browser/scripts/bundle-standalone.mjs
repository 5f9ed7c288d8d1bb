// Bundles dist/standalone.js with all it imports into one file, for pages without a bundler.
import { rolldown } from 'rolldown'

const bundle = await rolldown({ input: 'dist/standalone.js' })
await bundle.write({
  file: 'dist/dotplus.js',
  codeSplitting: false,
  minify: { compress: { target: 'es2022' }, mangle: { toplevel: true } },
  comments: { legal: true, annotation: false, jsdoc: false },
})
