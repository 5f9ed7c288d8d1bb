import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { run } from './command.ts'
import { hostFile } from './host.ts'

/** A package registry on this machine. */
export interface Registry {
  readonly url: string
  /** What makes npm, pnpm, yarn, Deno and Bun use it, and nothing that this machine has cached. */
  readonly env: Readonly<Record<string, string>>
  close(): void
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Packages of this repository come from here alone; what they are used with comes from the registry npm is set to. */
function configuration(folder: string, upstream: string): string {
  return `storage: ${join(folder, 'storage')}
auth:
  htpasswd:
    file: ${join(folder, 'htpasswd')}
uplinks:
  upstream:
    url: ${upstream}
    timeout: 120s
    maxage: 120m
    max_fails: 100
packages:
  '@dotplus/*':
    access: $all
    publish: $all
  'dotplus':
    access: $all
    publish: $all
  '**':
    access: $all
    proxy: upstream
max_body_size: 64mb
log: { type: stdout, format: pretty, level: error }
`
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}-/ping`)).ok
  } catch {
    return false
  }
}

export async function startRegistry(folder: string): Promise<Registry> {
  await mkdir(folder, { recursive: true })
  const upstream = (await run('npm', ['config', 'get', 'registry'], { cwd: folder })).trim()
  const config = join(folder, 'config.yaml')
  await writeFile(config, configuration(folder, upstream))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const program = hostFile('verdaccio', 'bin/verdaccio')
  const child = spawn(process.execPath, [program, '--config', config, '--listen', url], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  let hasEnded = false
  child.once('close', () => (hasEnded = true))
  for (let i = 0; !(await answers(url)); i++) {
    if (hasEnded || i > 300) throw new Error(`the registry did not start:\n${output}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  // npm does not publish without a token, whatever the registry asks for.
  const userconfig = join(folder, 'npmrc')
  await writeFile(userconfig, `registry=${url}\n//127.0.0.1:${port}/:_authToken=nobody\n`)
  return {
    url,
    env: {
      npm_config_registry: url,
      NPM_CONFIG_REGISTRY: url,
      npm_config_userconfig: userconfig,
      NPM_CONFIG_USERCONFIG: userconfig,
      npm_config_cache: join(folder, 'npm-cache'),
      npm_config_update_notifier: 'false',
      npm_config_fund: 'false',
      npm_config_audit: 'false',
      npm_config_store_dir: join(folder, 'pnpm-store'),
      YARN_REGISTRY: url,
      YARN_CACHE_FOLDER: join(folder, 'yarn-cache'),
      BUN_CONFIG_REGISTRY: url,
      BUN_INSTALL_CACHE_DIR: join(folder, 'bun-cache'),
      DENO_DIR: join(folder, 'deno'),
      DENO_NO_UPDATE_CHECK: '1',
      DO_NOT_TRACK: '1',
      NEXT_TELEMETRY_DISABLED: '1',
    },
    close: () => void child.kill(),
  }
}
