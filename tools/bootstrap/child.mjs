import { spawn } from 'node:child_process'
import { environment, root } from './paths.mjs'

/**
 * @typedef {object} Ending
 * @property {number | null} code exit status
 * @property {NodeJS.Signals | null} signal what ended the child
 * @property {NodeJS.Signals | undefined} [asked] what this process was sent meanwhile
 */

const forwarded = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
const isWindows = process.platform === 'win32'

/**
 * Resolves when the child has ended. Signals sent to this process reach the child, which decides what they mean.
 * @param {import('node:child_process').ChildProcess} child
 * @param {(signal: NodeJS.Signals) => void} forward
 * @returns {Promise<Ending>}
 */
function ended(child, forward) {
  return new Promise((resolve, reject) => {
    let asked
    const take = (/** @type {NodeJS.Signals} */ signal) => {
      asked = signal
      forward(signal)
    }
    for (const signal of forwarded) process.on(signal, take)
    const stop = () => {
      for (const signal of forwarded) process.off(signal, take)
    }
    child.once('error', (error) => {
      stop()
      reject(error)
    })
    child.once('close', (code, signal) => {
      stop()
      resolve({ code, signal, asked })
    })
  })
}

/**
 * Runs a program on this terminal.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env] added to the environment
 */
export function runVisibly(program, args, env = {}) {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...environment, ...env },
    stdio: 'inherit',
  })
  return ended(child, (signal) => child.kill(signal))
}

/**
 * Runs a program and keeps what it prints.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env] added to the environment
 * @returns {Promise<Ending & { stdout: string, stderr: string }>}
 */
export async function runHidden(program, args, env = {}) {
  // Its own process group, so that a signal ends the programs it starts as well.
  const child = spawn(program, args, {
    cwd: root,
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: !isWindows,
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => (printed.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (printed.stderr += text))
  const ending = await ended(child, (signal) => {
    if (isWindows || child.pid === undefined) child.kill(signal)
    else process.kill(-child.pid, signal)
  })
  if (ending.asked) endBy(ending.asked)
  return { ...ending, ...printed }
}

/**
 * Ends this process the way the child ended.
 * @param {Ending} ending
 */
export function exitLike({ code, signal }) {
  if (signal) endBy(signal)
  process.exitCode = code ?? 1
}

/**
 * @param {NodeJS.Signals} signal
 * @returns {never}
 */
export function endBy(signal) {
  process.kill(process.pid, signal)
  // Where nothing is listening the line above was the last; Windows knows no signals.
  process.exit(1)
}
