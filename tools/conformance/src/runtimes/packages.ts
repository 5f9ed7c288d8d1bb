import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of an installed dependency of this package; undefined when it is not installed. */
export function packageFolder(name: string): string | undefined {
  const require = createRequire(import.meta.url)
  for (const modules of require.resolve.paths(name) ?? []) {
    const folder = join(modules, name)
    // pnpm links packages; their own dependencies lie beside the place the link leads to.
    if (existsSync(join(folder, 'package.json'))) return realpathSync(folder)
  }
  return undefined
}

/** A file of an installed dependency of this package; undefined when the package or the file is missing. */
export function packageFile(name: string, path: string): string | undefined {
  const folder = packageFolder(name)
  const file = folder && join(folder, path)
  return file !== undefined && existsSync(file) ? file : undefined
}

/** A dependency of an installed dependency, such as the binary package of `deno` for this system. */
export function nestedPackageFile(outer: string, name: string, path: string): string | undefined {
  const manifest = packageFile(outer, 'package.json')
  if (manifest === undefined) return undefined
  try {
    const file = join(dirname(createRequire(manifest).resolve(`${name}/package.json`)), path)
    return existsSync(file) ? file : undefined
  } catch {
    return undefined
  }
}

/** A compiled script of `suite/`. */
export function suiteScript(name: string): string {
  return fileURLToPath(new URL(`../suite/${name}.js`, import.meta.url))
}
