/**
 * The process in which `hosts/command-line.ts` has contestants measured, in Node, Deno and Bun:
 * REQUEST RESULT PACKAGE, the first two JSON files, the third the dotplus package of this runtime.
 * Progress goes to standard output, a line each.
 */
import { readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { DotplusPackage } from '../contestants/contestant.ts'
import type { ColdStart } from '../measure/cold-start.ts'
import type { TimedEnvironment } from '../measure/model-run.ts'
import { reasonOf } from '../measure/reason.ts'
import { answer } from './answer.ts'
import type { HostRequest } from './host.ts'

interface PeerModule {
  importPeer(name: string): Promise<unknown>
  resolvePeer(name: string): string
}

const [requestFile = '', resultFile = '', dotplus = ''] = process.argv.slice(2)
const { importPeer, resolvePeer } = (await import(
  new URL('../../peers/import.mjs', import.meta.url).href
)) as PeerModule

const environment: TimedEnvironment = {
  importDotplus: () => import(dotplus) as Promise<DotplusPackage>,
  importPeer: async <Module>(name: string) => {
    const module = (await importPeer(name)) as Module & { default?: Module }
    return module.default ?? module // CommonJS packages arrive as a default export
  },
  peerFolder: (name) => fileURLToPath(new URL('.', resolvePeer(name))),
  readBytes: async (file) => Uint8Array.from(await readFile(file)),
  fileAddress: (file) => file,
  collectGarbage: () => (globalThis as { gc?: (options: object) => void }).gc?.({ type: 'minor' }),
  heapBytes: (collect) => {
    if (collect) (globalThis as { gc?: () => void }).gc?.()
    return process.memoryUsage().heapUsed
  },
  onProgress: (text) => process.stdout.write(`${text}\n`),
}

const request = JSON.parse(await readFile(requestFile, 'utf8')) as HostRequest
try {
  const result = await answer(request, environment)
  const peak = process.resourceUsage().maxRSS * 1024
  const whole: unknown =
    request.kind === 'cold-start' ? { ...(result as ColdStart), peakBytes: peak } : result
  await writeFile(resultFile, JSON.stringify({ result: whole }))
} catch (error) {
  await writeFile(resultFile, JSON.stringify({ failure: reasonOf(error) }))
}
// Ends the process even if a contestant has left timers or threads behind.
process.exit()
