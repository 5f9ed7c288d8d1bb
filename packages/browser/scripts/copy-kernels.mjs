// Takes the kernels over from @dotplus/kernel: as modules that bundlers find and every server serves, each downloaded by
// whoever needs it, and as plain files for platforms that only take precompiled WebAssembly.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const source = (name) => new URL(`../../kernel/dist/kernel-${name}.wasm`, import.meta.url)
const generated = new URL('../src/generated/', import.meta.url)
const dist = new URL('../dist/', import.meta.url)

mkdirSync(generated, { recursive: true })
mkdirSync(dist, { recursive: true })
for (const name of ['exact', 'fast', 'exact-dense']) {
  const hex = readFileSync(source(name)).toString('hex')
  writeFileSync(
    new URL(`${name}.ts`, generated),
    `// Made by scripts/copy-kernels.mjs.\nconst hex: string =\n  '${hex}'\nexport default hex\n`,
  )
}
// Bundlers and platforms hand a .wasm file over as a module that is compiled already.
writeFileSync(
  new URL('kernel-wasm.d.ts', dist),
  'declare const kernel: WebAssembly.Module\nexport default kernel\n',
)
for (const name of ['exact', 'fast']) {
  cpSync(source(name), new URL(`kernel-${name}.wasm`, dist))
}
