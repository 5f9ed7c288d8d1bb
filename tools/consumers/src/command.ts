import { spawn } from 'node:child_process'

export interface CommandOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Milliseconds; ten minutes by default. */
  readonly timeout?: number
}

/**
 * Runs a program to its end and answers with what it wrote to standard output.
 *
 * @throws {Error} with the command, its status and all its output when it does not end with status 0
 */
export function run(
  program: string,
  args: readonly string[],
  { cwd, env, timeout = 600_000 }: CommandOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
    })
    let output = ''
    let everything = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      everything += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (everything += text))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output)
      else {
        const command = [program, ...args].join(' ')
        reject(
          new Error(`${command}\nended with ${signal ?? `status ${code}`}:\n${everything.trim()}`),
        )
      }
    })
  })
}
