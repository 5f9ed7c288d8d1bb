import { basename } from 'node:path'
import { run } from './command.ts'
import { hostFile } from './host.ts'

/**
 * What publint and attw ("are the types wrong?") have against a tarball.
 *
 * @throws {Error} with what they say
 */
export async function checkTarball(path: string): Promise<void> {
  const at = { cwd: process.cwd() }
  const node = process.execPath
  await run(node, [hostFile('publint', 'src/cli.js'), path, '--strict', '--pack', 'false'], at)
  // The packages are modules alone: what `require` finds is not their concern.
  const attw = hostFile('@arethetypeswrong/cli', 'dist/index.js')
  await run(node, [attw, path, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'], at)
}

/** "dotplus-core-0.1.0.tgz" → "dotplus-core" */
export function nameOfTarball(path: string): string {
  return basename(path).replace(/-\d+\.\d+\.\d+.*\.tgz$/, '')
}
