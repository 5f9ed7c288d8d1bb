import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { run } from './command.ts'

const folder = fileURLToPath(new URL('../host/', import.meta.url))

/** Installs the registry and yarn, which are no part of the workspace, on first use. */
export async function installHost(): Promise<void> {
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
}

/** A file of one of those packages. */
export function hostFile(name: string, path: string): string {
  return join(folder, 'node_modules', name, path)
}
