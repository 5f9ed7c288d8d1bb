import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const scripts = fileURLToPath(new URL('../python/', import.meta.url))
const requirements = path.join(scripts, 'requirements.txt')
const environment = fileURLToPath(new URL('../.cache/python/', import.meta.url))
const stamp = path.join(environment, 'requirements.txt')

/** Its own requirements name packages for other kinds of input, some of which no longer install: left out. */
const withoutRequirements = ['tensorflowjs==4.22.0']

/**
 * Runs a script of `python/` under the Keras and the converters it pins, installed once into `.cache/python`.
 *
 * @throws {Error} when Python is missing, or a script or installation fails
 */
export function runPython(args: readonly string[], log: (line: string) => void): void {
  outputOfPython(args, log)
}

/**
 * The same, for what the script prints.
 *
 * @throws {Error} as {@link runPython}
 */
export function outputOfPython(args: readonly string[], log: (line: string) => void): string {
  install(log)
  return run(python(), args)
}

function install(log: (line: string) => void): void {
  const wanted = `${readFileSync(requirements, 'utf8')}${withoutRequirements.join('\n')}\n`
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  log('Installing Keras and the converters of the peers into tools/bench/.cache/python (once) …')
  run('python3', ['-m', 'venv', environment])
  run(python(), ['-m', 'pip', 'install', '--quiet', '-r', requirements])
  run(python(), ['-m', 'pip', 'install', '--quiet', '--no-deps', ...withoutRequirements])
  writeFileSync(stamp, wanted)
}

function python(): string {
  return path.join(environment, 'bin', 'python')
}

function run(program: string, args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: scripts,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: Infinity,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '' },
  })
  if (status === 0) return stdout
  const last = stderr?.trim().split('\n').at(-1) ?? ''
  throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? (last || `exit ${status}`)}`, {
    cause: error,
  })
}
