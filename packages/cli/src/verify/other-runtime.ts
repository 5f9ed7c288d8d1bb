import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ResourceError } from '@dotplus/core'

/** How each runtime beside Node starts this command. */
const starts = { deno: ['deno', 'run', '--allow-all'], bun: ['bun'] } as const

export type OtherRuntime = keyof typeof starts

/** Runtimes in which this command runs itself. */
export const otherRuntimes: readonly string[] = Object.keys(starts)

export function isOtherRuntime(name: string): name is OtherRuntime {
  return otherRuntimes.includes(name)
}

const command = fileURLToPath(new URL('../main.js', import.meta.url))

/**
 * Runs this command in another runtime, with the same terminal.
 *
 * @param args after the command's name, `--runtime` left out
 * @returns its exit code
 * @throws {ResourceError} when the runtime is not installed
 */
export function runInOtherRuntime(runtime: OtherRuntime, args: readonly string[]): Promise<number> {
  const [program, ...options] = starts[runtime]
  return new Promise((resolve, reject) => {
    spawn(program, [...options, command, ...args], { stdio: 'inherit' })
      .once('error', (cause) =>
        reject(
          new ResourceError('the runtime does not start', {
            place: `--runtime ${runtime}`,
            expected: `${program} in the PATH`,
            cause,
          }),
        ),
      )
      .once('exit', (code) => resolve(code ?? 2))
  })
}

/** Arguments without `--runtime` and its value. */
export function withoutRuntime(args: readonly string[]): string[] {
  return args.filter(
    (argument, index) =>
      argument !== '--runtime' &&
      !argument.startsWith('--runtime=') &&
      args[index - 1] !== '--runtime',
  )
}
