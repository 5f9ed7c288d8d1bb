// Plain kernels beside the code, for platforms that only take precompiled WebAssembly.
import { cpSync } from 'node:fs'

for (const name of ['kernel-exact.wasm', 'kernel-fast.wasm']) {
  cpSync(
    new URL(`../../kernel/dist/${name}`, import.meta.url),
    new URL(`../dist/${name}`, import.meta.url),
  )
}
