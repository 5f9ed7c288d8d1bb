import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Bytes on disk that `npm install @dotplus/node` may take. */
const budget = 1_000_000
/** Bytes of the gzipped tarballs of `@dotplus/node` and all it depends on; 100 kB are aimed at. */
const packedBudget = 215_000
const packages = join(import.meta.dirname, '../..')
const installed = ['core', 'kernel', 'node'].map((name) => join(packages, name))

interface Packed {
  readonly name: string
  /** Bytes of the gzipped tarball. */
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

async function pack(): Promise<Packed[]> {
  const cache = await mkdtemp(join(tmpdir(), 'dotplus-pack-'))
  try {
    const { stdout } = await promisify(execFile)(
      'npm',
      ['pack', '--dry-run', '--json', '--ignore-scripts', ...installed],
      {
        env: { ...process.env, npm_config_cache: cache, npm_config_update_notifier: 'false' },
        shell: process.platform === 'win32',
      },
    )
    return JSON.parse(stdout) as Packed[]
  } finally {
    await rm(cache, { recursive: true })
  }
}

it(`downloads ${packedBudget / 1000} kB and installs ${budget / 1e6} MB at most`, async () => {
  const packed = await pack()
  const size = packed.reduce((sum, entry) => sum + entry.size, 0)
  const unpacked = packed.reduce((sum, entry) => sum + entry.unpackedSize, 0)
  const parts = packed.map((entry) => `${entry.name} ${entry.size} B`).join(', ')
  console.info(`@dotplus/node, packed: ${size} B (${parts}); ${unpacked} B installed`)
  expect(size).toBeLessThan(packedBudget)
  expect(unpacked).toBeLessThan(budget)
})

it('runs no script when it is installed and needs no package of others', async () => {
  for (const folder of installed) {
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
      dependencies?: Record<string, string>
    }
    expect(Object.keys(manifest.scripts)).toEqual(['build'])
    const names = Object.keys(manifest.dependencies ?? {})
    expect(names.filter((name) => !name.startsWith('@dotplus/'))).toEqual([])
  }
})
