import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import path from 'node:path'

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
}

/** Bytes on disk of packages and everything they depend on, each counted once. */
export function installedBytes(names: readonly string[], from: string): number {
  const seen = new Map<string, number>()
  const visit = (name: string, folder: string): void => {
    const place = findPackage(name, folder)
    if (!place) throw new Error(`${name} is not installed for ${folder}`)
    if (seen.has(place)) return
    const manifest = JSON.parse(readFileSync(path.join(place, 'package.json'), 'utf8')) as Manifest
    seen.set(place, packageBytes(place))
    for (const dependency of Object.keys(manifest.dependencies ?? {})) visit(dependency, place)
  }
  for (const name of names) visit(name, from)
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0)
}

/** As Node resolves: node_modules of the folder, then of every folder above it. */
function findPackage(name: string, folder: string): string | undefined {
  const candidate = path.join(folder, 'node_modules', name)
  if (existsSync(path.join(candidate, 'package.json'))) return realpathSync(candidate)
  const parent = path.dirname(folder)
  return parent === folder ? undefined : findPackage(name, parent)
}

/** A package of the workspace also holds what is not published: npm says what would be. */
function packageBytes(place: string): number {
  if (place.includes(`${path.sep}node_modules${path.sep}`)) return folderBytes(place)
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: place,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32', // npm is npm.cmd there
  })
  return (JSON.parse(packed) as { unpackedSize: number }[])[0]?.unpackedSize ?? 0
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules' && !entry.isSymbolicLink())
    .map((entry) => path.join(folder, entry.name))
    .reduce((sum, place) => {
      const stat = statSync(place)
      return sum + (stat.isDirectory() ? folderBytes(place) : stat.size)
    }, 0)
}
