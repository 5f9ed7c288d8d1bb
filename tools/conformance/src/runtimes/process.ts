import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runtimeTimeout } from './runtime.ts'

/** A command-line runtime started on a script of `suite/`. */
export interface Command {
  readonly program: string
  /** The jobs' file is the last argument, after these. */
  args(jobsFile: string): readonly string[]
  /** Added to the environment; `scratch` is a folder that is removed afterwards. */
  env?(scratch: string): Readonly<Record<string, string>>
}

/**
 * Runs jobs in a process of their own: in through a file, out through standard output.
 *
 * @throws {Error} with what the process wrote to standard error when it does not end with status 0
 */
export async function runInProcess(command: Command, jobs: Uint8Array): Promise<Uint8Array> {
  const scratch = await mkdtemp(join(tmpdir(), 'dotplus-conformance-'))
  try {
    const jobsFile = join(scratch, 'jobs')
    await writeFile(jobsFile, jobs)
    const env = { ...process.env, ...command.env?.(scratch) }
    return await outputOf(command.program, command.args(jobsFile), env)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Standard output of a program that must end with status 0. */
export function outputOf(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: runtimeTimeout,
    })
    const output: Uint8Array[] = []
    let complaints = ''
    child.stdout.on('data', (bytes: Uint8Array) => output.push(bytes))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(output))
      else reject(new Error(`ended with ${signal ?? `status ${code}`}: ${complaints.trim()}`))
    })
  })
}

/** What `program --version` prints, reduced to its number. */
export async function versionOf(
  program: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const output = await outputOf(program, ['--version'], { ...process.env, ...env })
  const text = new TextDecoder().decode(output)
  return /\d+\.\d+\.\d+\S*/.exec(text)?.[0] ?? text.trim()
}
