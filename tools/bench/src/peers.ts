import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Not part of the workspace: these packages take half a gigabyte that only this tool needs. */
export const peersFolder: string = fileURLToPath(new URL('../peers/', import.meta.url))

/** Installs what `peers/package-lock.json` names, once. No install script runs. */
export function installPeers(log: (line: string) => void): void {
  if (isInstalled()) return
  log('Installing the peers into tools/bench/peers (once, about 530 MB on disk) …')
  const { status, error } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
    {
      cwd: peersFolder,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32', // npm is npm.cmd there
    },
  )
  if (status === 0) return
  throw new Error(
    `the peers could not be installed (${error?.message ?? `npm ci: exit ${status}`}); ` +
      'measure without them: --contestants dotplus-exact,dotplus-exact-out,dotplus-fast,plain-loop',
    { cause: error },
  )
}

export function peerVersion(name: string): string {
  return manifest(path.join(peersFolder, 'node_modules', name)).version ?? ''
}

function isInstalled(): boolean {
  const wanted = Object.entries(manifest(peersFolder).dependencies ?? {})
  return wanted.every(([name, version]) => {
    const folder = path.join(peersFolder, 'node_modules', name)
    return existsSync(path.join(folder, 'package.json')) && manifest(folder).version === version
  })
}

interface Manifest {
  readonly version?: string
  readonly dependencies?: Record<string, string>
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest
}
