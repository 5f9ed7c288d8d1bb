import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from '../paths.ts'

interface Packed {
  readonly name: string
  /** Bytes of the gzipped tarball. */
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

let packages: Packed[]

beforeAll(async () => {
  const folders = (await readdir(join(root, 'packages'))).map((name) =>
    join(root, 'packages', name),
  )
  const cache = await mkdtemp(join(tmpdir(), 'dotplus-pack-'))
  try {
    const { stdout } = await promisify(execFile)(
      'npm',
      ['pack', '--dry-run', '--json', '--ignore-scripts', ...folders],
      {
        env: { ...process.env, npm_config_cache: cache, npm_config_update_notifier: 'false' },
        shell: process.platform === 'win32',
        maxBuffer: 2 ** 26,
      },
    )
    packages = (JSON.parse(stdout) as Packed[]).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } finally {
    await rm(cache, { recursive: true })
  }
}, 120_000)

/** What is deeper in dist/ is listed by folder: modules come and go, and parts of a bundle are named by their content. */
const nameOf = (path: string): string => path.replace(/^(dist\/.+\/)[^/]+?(\.d\.ts|\.js)$/, '$1*$2')

describe('what is published', () => {
  it('holds the files that contents.md lists', async () => {
    const lists = packages.map(({ name, files }) => {
      const names = [...new Set(files.map(({ path }) => nameOf(path)))].toSorted()
      return `## ${name}\n\n${names.map((path) => `- \`${path}\`\n`).join('')}`
    })
    const text = `# Files of the published packages\n\n${lists.join('\n')}`
    await expect(text).toMatchFileSnapshot('../../published/contents.md')
  })

  it('exports the names that exports.md lists', async () => {
    const lists: string[] = []
    for (const { name } of packages) {
      const folder = name.replace('@dotplus/', '').replace(/^dotplus$/, 'cli')
      const manifest = join(root, 'packages', folder, 'package.json')
      const { exports } = JSON.parse(await readFile(manifest, 'utf8')) as {
        exports: Record<string, { types: string; default: string }>
      }
      for (const [entry, { types }] of Object.entries(exports)) {
        if (entry.endsWith('.wasm')) continue
        const declared = await declaredNames(join(root, 'packages', folder, types))
        lists.push(
          `## ${join(name, entry)}\n\n${declared.map((each) => `- \`${each}\`\n`).join('')}`,
        )
      }
    }
    const text = `# Names that the published packages export\n\n${lists.join('\n')}`
    await expect(text).toMatchFileSnapshot('../../published/exports.md')
  })

  it('is as large as docs/sizes.md says, and not larger', async () => {
    const table = await readFile(join(root, 'docs/sizes.md'), 'utf8')
    const rows = [...table.matchAll(/^\| `(\S+)` +\| +(\d+) kB +\| +(\d+) kB +\|$/gm)]
    const limits = new Map(
      rows.map(([, name, packed, installed]) => [name, [packed, installed].map(Number)]),
    )
    expect(new Set(limits.keys())).toEqual(new Set(packages.map(({ name }) => name)))
    for (const { name, size, unpackedSize } of packages) {
      const [packed = 0, installed = 0] = limits.get(name) ?? []
      expect(size / 1000, `${name}, packed, in kB`).toBeLessThanOrEqual(packed)
      expect(unpackedSize / 1000, `${name}, installed, in kB`).toBeLessThanOrEqual(installed)
      // A limit that is far above what it limits says nothing.
      expect(size / 1000, `${name}, packed, in kB`).toBeGreaterThan(packed * 0.75 - 2)
    }
  })
})

/** Every name that a file of declarations exports, those of its own files included. */
async function declaredNames(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8')
  const names = new Set<string>()
  for (const [, list = ''] of text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)) {
    for (const item of list.split(',')) {
      const name = item
        .trim()
        .replace(/^type /, '')
        .split(' as ')
        .at(-1)
      if (name) names.add(name)
    }
  }
  for (const [, name] of text.matchAll(
    /^export (?:declare )?(?:abstract )?(?:async )?(?:function|class|const|interface|type) (\w+)/gm,
  )) {
    names.add(name as string)
  }
  for (const [, from] of text.matchAll(/^export \* from ["'](\.[^"']*)["']/gm)) {
    const path = join(file, '..', (from as string).replace(/(\.js|\.ts)$/, '.d.ts'))
    for (const name of await declaredNames(path)) names.add(name)
  }
  return [...names].toSorted()
}
