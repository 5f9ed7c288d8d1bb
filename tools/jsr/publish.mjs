// Publishes @dotplus/core, @dotplus/kernel and @dotplus/deno to JSR: the same sources, in the versions of their
// package.json. Needs a build, for sources that are generated, and Deno, which checks that there are no slow types.
//   node tools/jsr/publish.mjs [--dry-run]
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Entry points of each package, as its package.json exports them. */
const packages = {
  core: { '.': './src/index.ts' },
  kernel: {
    '.': './src/index.ts',
    './worker': './src/worker/index.ts',
    './worker/server': './src/worker/server.ts',
    './compressed': './src/compressed.ts',
  },
  deno: { '.': './src/index.ts', './worker': './src/worker.ts' },
}

const scratch = mkdtempSync(join(tmpdir(), 'dotplus-jsr-'))
try {
  const read = (/** @type {string} */ file) => JSON.parse(readFileSync(file, 'utf8'))
  for (const [name, exports] of Object.entries(packages)) {
    const from = join(root, 'packages', name)
    const to = join(scratch, name)
    cpSync(join(from, 'src'), join(to, 'src'), { recursive: true, filter: isPublished })
    for (const file of ['LICENSE', 'README.md']) cpSync(join(from, file), join(to, file))
    const { name: fullName, version, license } = read(join(from, 'package.json'))
    writeFileSync(
      join(to, 'deno.json'),
      JSON.stringify({ name: fullName, version, license, exports }),
    )
  }
  const compilerOptions = { lib: ['deno.window', 'deno.unstable'] }
  const workspace = Object.keys(packages).map((name) => `./${name}`)
  writeFileSync(join(scratch, 'deno.json'), JSON.stringify({ workspace, compilerOptions }))
  const args = ['publish', '--allow-dirty', ...process.argv.slice(2)]
  const { status, error } = spawnSync(denoProgram(), args, { cwd: scratch, stdio: 'inherit' })
  if (error) throw error
  process.exitCode = status ?? 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

/** @param {string} file */
function isPublished(file) {
  const name = basename(file)
  // The kernel's tests read the kernels as they are; the package has those with all ops compressed.
  const isPlainKernel = /[/\\]wasm[/\\](exact|fast)\.ts$/.test(file)
  return !isPlainKernel && !/\.(test|fixture)\.ts$|^testing\.ts$|^\.gitignore$/.test(name)
}

/** Deno, which comes as a dependency of tools/conformance. */
function denoProgram() {
  const manifest = createRequire(join(root, 'tools/conformance/package.json')).resolve(
    'deno/package.json',
  )
  const system = process.platform === 'linux' ? 'linux' : process.platform
  const suffix = process.platform === 'linux' ? '-glibc' : ''
  const binary = createRequire(manifest).resolve(
    `@deno/${system}-${process.arch}${suffix}/package.json`,
  )
  return join(dirname(binary), process.platform === 'win32' ? 'deno.exe' : 'deno')
}
