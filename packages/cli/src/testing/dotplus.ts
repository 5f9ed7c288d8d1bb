import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach } from 'vitest'

const command = fileURLToPath(new URL('../../bin/dotplus.js', import.meta.url))

/** `test-fixtures/sample-mlp`. */
export const sampleFolder: string = fileURLToPath(
  new URL('../../../../test-fixtures/sample-mlp', import.meta.url),
)

/** A file of the sample's relu network. */
export function sample(file: string): string {
  return join(sampleFolder, 'relu', file)
}

export const validationInputs: string = join(sampleFolder, 'X_validation.npy')

export interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface SpawnOptions {
  readonly cwd?: string
  readonly stdin?: string | undefined
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the built command in a process of its own. */
export function dotplus(
  args: readonly string[],
  { cwd, stdin, env }: SpawnOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, ...args], {
      cwd,
      env: { ...process.env, ...env },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
    child.stdin.end(stdin)
  })
}

/** The arguments with which Node runs the command. */
export const commandLine: readonly string[] = [command]

/** A folder for each test, removed after it. */
export function scratchFolder(): { readonly path: string; file(name: string): string } {
  const folder = { path: '', file: (name: string) => join(folder.path, name) }
  beforeEach(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'dotplus-'))
  })
  afterEach(() => rm(folder.path, { recursive: true }))
  return folder
}
