import { execFileSync, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ColdStart } from '../measure/cold-start.ts'
import type { ModelResult } from '../measure/model-run.ts'
import type { Host } from './host.ts'
import type { NodeReply, NodeRequest } from './node-process.ts'

const processFile = fileURLToPath(new URL('./node-process.js', import.meta.url))

/** Node 24 where its binary is installed (an optional dependency), otherwise the Node that runs this. */
export function nodeHost(): Host {
  const binary = node24() ?? process.execPath
  const print = "process.version + ', V8 ' + process.versions.v8"
  const version = execFileSync(binary, ['-p', print], { encoding: 'utf8' }).trim()

  return {
    id: 'node',
    title: `Node ${version}`,
    run: (model, contestants, settings, onProgress) => {
      const ids = contestants.map(({ id }) => id)
      return ask<ModelResult>(
        binary,
        { kind: 'run', model, contestants: ids, settings },
        onProgress,
      )
    },
    coldStart: (model, contestant) =>
      ask<ColdStart>(binary, { kind: 'cold-start', model, contestant: contestant.id }, () => {}),
  }
}

function node24(): string | undefined {
  const { resolve } = createRequire(import.meta.url)
  const system = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  for (const name of [`node-${system}`, `node-bin-${system}`]) {
    try {
      const binary = path.join(path.dirname(resolve(`${name}/package.json`)), 'bin', file)
      if (existsSync(binary)) return binary
    } catch {
      // not installed: made for another system, or optional dependencies were left out
    }
  }
  return undefined
}

/** Starts a process, sends it one request and resolves with its one result. */
function ask<Result>(
  binary: string,
  request: NodeRequest,
  onProgress: (text: string) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = fork(processFile, { execPath: binary, execArgv: ['--expose-gc'] })
    child.on('message', (reply: NodeReply) => {
      if (reply.kind === 'progress') onProgress(reply.text)
      else if (reply.kind === 'result') resolve(reply.result as Result)
      else reject(new Error(reply.reason))
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      reject(
        new Error(`the measuring process ended without a result (${signal ?? `code ${code}`})`),
      )
    })
    child.send(request)
  })
}
