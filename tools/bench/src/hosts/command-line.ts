import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { bunProgram } from '@dotplus/conformance/runtimes/bun'
import { denoProgram } from '@dotplus/conformance/runtimes/deno'
import { node24Program } from '@dotplus/conformance/runtimes/node24'
import type { HostId } from '../contestants/contestant.ts'
import type { ColdStart } from '../measure/cold-start.ts'
import type { EngineFigures } from '../measure/engine.ts'
import type { ModelResult } from '../measure/model-run.ts'
import type { Host, HostRequest } from './host.ts'

const script = fileURLToPath(new URL('./process.js', import.meta.url))

/** A runtime that is started from the command line. */
interface CommandLine {
  readonly id: HostId
  readonly name: string
  program(): string | undefined
  /** Before the script. */
  readonly args: readonly string[]
  /** Prints version and engine. */
  readonly printVersion: readonly string[]
  readonly dotplus: '@dotplus/node' | '@dotplus/deno'
}

const nodeVersion = ['-p', "process.version + ', V8 ' + process.versions.v8"]
const commandLines: readonly CommandLine[] = [
  {
    id: 'node',
    name: 'Node',
    program: node24Program,
    args: ['--expose-gc'],
    printVersion: nodeVersion,
    dotplus: '@dotplus/node',
  },
  {
    id: 'node-20',
    name: 'Node',
    program: () => (process.versions.node.startsWith('20.') ? process.execPath : undefined),
    args: ['--expose-gc'],
    printVersion: nodeVersion,
    dotplus: '@dotplus/node',
  },
  {
    id: 'deno',
    name: 'Deno',
    program: denoProgram,
    args: [
      'run',
      '--quiet',
      '--no-remote',
      '--no-lock',
      '--node-modules-dir=manual',
      '--allow-all',
      '--v8-flags=--expose-gc',
    ],
    printVersion: ['eval', "console.log(Deno.version.deno + ', V8 ' + Deno.version.v8)"],
    dotplus: '@dotplus/deno',
  },
  {
    id: 'bun',
    name: 'Bun',
    program: bunProgram,
    args: ['--no-install'],
    printVersion: ['-p', "Bun.version + ', JavaScriptCore'"],
    dotplus: '@dotplus/node',
  },
]

/** @throws {Error} when the runtime is not on this machine */
export function commandLineHost(wanted: HostId): Host {
  const runtime = commandLines.find(({ id }) => id === wanted)
  const program = runtime?.program()
  if (!runtime || program === undefined) {
    throw new Error(
      `${wanted} is not installed: it comes with the workspace's optional dependencies` +
        (wanted === 'node-20' ? '; start the bench with Node 20 to have it' : ''),
    )
  }
  const version = execFileSync(program, runtime.printVersion, { encoding: 'utf8' }).trim()
  return {
    id: runtime.id,
    title: `${runtime.name} ${version}`,
    run: (model, contestants, settings, onProgress) => {
      const ids = contestants.map(({ id }) => id)
      const request: HostRequest = { kind: 'run', model, contestants: ids, settings }
      return ask<ModelResult>(runtime, program, request, onProgress)
    },
    coldStart: (model, contestant) => {
      const request: HostRequest = { kind: 'cold-start', model, contestant: contestant.id }
      return ask<ColdStart>(runtime, program, request, () => {})
    },
    inspect: (model, precision) => {
      const request: HostRequest = { kind: 'inspect', model, precision }
      return ask<EngineFigures>(runtime, program, request, () => {})
    },
    close: async () => {},
  }
}

/** Starts a process, gives it one request and resolves with its one result. */
async function ask<Result>(
  { args, dotplus }: CommandLine,
  program: string,
  request: HostRequest,
  onProgress: (text: string) => void,
): Promise<Result> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dotplus-bench-'))
  try {
    const [requestFile, resultFile] = [path.join(folder, 'request'), path.join(folder, 'result')]
    await writeFile(requestFile, JSON.stringify(request))
    await finished(program, [...args, script, requestFile, resultFile, dotplus], onProgress)
    const reply = JSON.parse(await readFile(resultFile, 'utf8')) as
      | { readonly result: Result }
      | { readonly failure: string }
    if ('failure' in reply) throw new Error(reply.failure)
    return reply.result
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function finished(
  program: string,
  args: readonly string[],
  onProgress: (text: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let complaints = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => onProgress(text.trim()))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`ended with ${signal ?? `status ${code}`}: ${complaints.trim()}`))
    })
  })
}
