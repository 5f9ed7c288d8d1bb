import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { packageFile, nestedPackageFile } from '@dotplus/conformance/runtimes/packages'
import { run } from './command.ts'
import type { Models } from './models.ts'
import { hostFile } from './host.ts'
import { pnpm } from './paths.ts'
import { computation, type Hashes } from './program.ts'
import type { Registry } from './registry.ts'

export type Installer = 'npm' | 'pnpm' | 'yarn' | 'bun' | 'deno'

/** What one consumer found. */
export interface Finding {
  /** Where the numbers were computed: "Node 20.20.2", "Chromium, worker". */
  readonly where: string
  readonly hashes: Hashes
}

/** One way to use the packages. */
export interface Consumer {
  readonly name: string
  /** Why this machine cannot try it; undefined where it can. */
  unavailable?(): Promise<string | undefined>
  run(bench: Bench): Promise<readonly Finding[]>
}

/** An empty folder in which a consumer lives, and what it can do there. */
export class Bench {
  readonly folder: string
  readonly models: Models
  readonly registry: Registry
  /** Version of the packages. */
  readonly version: string

  constructor(folder: string, models: Models, registry: Registry, version: string) {
    this.folder = folder
    this.models = models
    this.registry = registry
    this.version = version
  }

  /** A file in the folder. */
  path(name: string): string {
    return join(this.folder, name)
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries({ 'compute.mjs': computation, ...files })) {
      await mkdir(dirname(this.path(name)), { recursive: true })
      await writeFile(this.path(name), text)
    }
  }

  /** Installs packages; those of this repository, without a version, in the version that was published. */
  async install(installer: Installer, ...packages: readonly string[]): Promise<void> {
    const wanted = packages.map((name) =>
      /^(@dotplus\/\w+|dotplus)$/.test(name) ? `${name}@${this.version}` : name,
    )
    if (installer === 'npm') await this.run('npm', ['install', '--save-exact', ...wanted])
    else if (installer === 'pnpm') await this.node([pnpm, 'add', '--save-exact', ...wanted])
    else if (installer === 'yarn') {
      const yarn = hostFile('yarn', 'bin/yarn.js')
      await this.node([yarn, 'add', '--exact', '--non-interactive', ...wanted])
    } else if (installer === 'bun')
      await this.run(bunProgram() ?? 'bun', ['add', '--exact', ...wanted])
    else await this.run(denoProgram() ?? 'deno', ['add', ...wanted.map((name) => `npm:${name}`)])
  }

  /** Runs a program in the folder, with the local registry as its only one. */
  run(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    return run(program, args, { cwd: this.folder, env: { ...this.registry.env, ...env } })
  }

  node(args: readonly string[]): Promise<string> {
    return this.run(process.execPath, args)
  }

  /** The program of an installed package. */
  bin(name: string): string {
    return this.path(join('node_modules', '.bin', name))
  }
}

export function bunProgram(): string | undefined {
  return packageFile('bun', 'bin/bun.exe')
}

export function denoProgram(): string | undefined {
  const system = { linux: 'linux', darwin: 'darwin', win32: 'win32' }[process.platform as string]
  const name = `@deno/${system}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}`
  return nestedPackageFile('deno', name, process.platform === 'win32' ? 'deno.exe' : 'deno')
}
