import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { runHidden } from './child.mjs'
import { fromRoot } from './paths.mjs'
import { withProgress } from './progress.mjs'

const stampFile = fromRoot('node_modules/.dotplus-install')

/** Installs the workspace's dependencies unless those of this lockfile and this Node are already there. */
export async function install() {
  const wanted = stamp()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return
  const { packageManager } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'))
  const [program, args] = npx(packageManager)
  await withProgress('Installing dependencies', async () => {
    // No questions and no progress bars, but errors also under `npm --silent`.
    const command = [...args, 'install', '--frozen-lockfile']
    const quiet = { CI: 'true', npm_config_loglevel: 'warn' }
    const { code, stdout, stderr } = await runHidden(program, command, quiet)
    if (code !== 0)
      throw new Error(`${stdout}${stderr}\nCould not install the dependencies (see above).`)
  })
  writeFileSync(stampFile, wanted)
}

/** Changes whenever installed dependencies no longer fit: another lockfile, Node, system or processor. */
function stamp() {
  const hash = createHash('sha256')
    .update(readFileSync(fromRoot('pnpm-lock.yaml')))
    .digest('hex')
  const [major] = process.versions.node.split('.')
  return `${hash} node${major} ${process.platform} ${process.arch}\n`
}

/**
 * @param {string} packageAndVersion
 * @returns {[program: string, args: string[]]}
 */
function npx(packageAndVersion) {
  // npm names its own script here; asking Node to run it avoids npx.cmd, which Windows runs only through a shell.
  const npm = process.env.npm_execpath
  if (npm?.endsWith('npm-cli.js')) {
    return [process.execPath, [npm, 'exec', '--yes', '--', packageAndVersion]]
  }
  return ['npx', ['--yes', packageAndVersion]]
}
