import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.ts'
import { pnpm, root } from './paths.ts'
import type { Registry } from './registry.ts'

/** A copy of the repository in which versions are bumped and packages published, as the release workflow does it. */
export interface ReleaseTree {
  /** Bumps the versions by the changesets there are and publishes; answers with the version. */
  release(): Promise<string>
  /** Adds a changeset as a contributor would. */
  addChangeset(bump: 'patch' | 'minor', summary: string): Promise<void>
  /** The tarballs that `pnpm pack` makes, as paths. */
  pack(into: string): Promise<string[]>
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
}

async function publicPackages(tree: string): Promise<{ folder: string; manifest: Manifest }[]> {
  const folders = (await readdir(join(tree, 'packages'))).map((name) =>
    join(tree, 'packages', name),
  )
  const packages = await Promise.all(
    folders.map(async (folder) => {
      const text = await readFile(join(folder, 'package.json'), 'utf8')
      return { folder, manifest: JSON.parse(text) as Manifest }
    }),
  )
  return packages.filter(({ manifest }) => manifest.private !== true)
}

async function copyBuilds(tree: string): Promise<void> {
  for (const name of await readdir(join(root, 'packages'))) {
    for (const built of ['dist', 'src/generated', 'src/wasm']) {
      const from = join(root, 'packages', name, built)
      if (existsSync(from)) await cp(from, join(tree, 'packages', name, built), { recursive: true })
    }
  }
}

/** Clones the committed state of this repository into `tree`, with the builds that lie beside the sources. */
export async function prepareRelease(tree: string, registry: Registry): Promise<ReleaseTree> {
  await run('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, tree], { cwd: root })
  await copyBuilds(tree)
  const inTree = {
    cwd: tree,
    env: {
      CI: 'true',
      GIT_AUTHOR_NAME: 'release',
      GIT_AUTHOR_EMAIL: 'release@localhost',
      GIT_COMMITTER_NAME: 'release',
      GIT_COMMITTER_EMAIL: 'release@localhost',
    },
  }
  // The workspace is linked from what is installed here; only publishing talks to the local registry.
  await run(
    process.execPath,
    [
      pnpm,
      'install',
      '--offline',
      '--frozen-lockfile',
      '--ignore-scripts',
      '--filter',
      './packages/*',
      '--filter',
      '.',
    ],
    inTree,
  )
  const publishing = { ...inTree, env: { ...inTree.env, ...registry.env } }
  let count = 0
  return {
    async release() {
      await run(process.execPath, [pnpm, 'exec', 'changeset', 'version'], inTree)
      await run('git', ['add', '--all'], inTree)
      await run('git', ['commit', '--quiet', '--message', 'Version packages'], inTree)
      await run(process.execPath, [pnpm, 'run', 'release'], publishing)
      const versions = new Set((await publicPackages(tree)).map(({ manifest }) => manifest.version))
      const [version] = versions
      if (version === undefined || versions.size !== 1) {
        throw new Error(`the packages differ in version: ${[...versions].join(', ')}`)
      }
      return version
    },
    async addChangeset(bump, summary) {
      const names = (await publicPackages(tree)).map(
        ({ manifest }) => `'${manifest.name}': ${bump}`,
      )
      const text = `---\n${names.join('\n')}\n---\n\n${summary}\n`
      await writeFile(join(tree, '.changeset', `rehearsal-${count++}.md`), text)
    },
    async pack(into) {
      const paths: string[] = []
      for (const { folder } of await publicPackages(tree)) {
        const output = await run(
          process.execPath,
          [pnpm, 'pack', '--json', '--pack-destination', into],
          { ...inTree, cwd: folder },
        )
        paths.push((JSON.parse(output) as { filename: string }).filename)
      }
      return paths
    },
  }
}
