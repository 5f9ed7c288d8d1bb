import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { encode } from '@dotplus/core'
import type { Precision } from '@dotplus/node'
import { removeOnSignal } from '../files/remove-on-signal.ts'
import type { ReadModel } from '../model/read-model.ts'

/** Milliseconds in a fresh process, beyond the start of Node itself. */
export interface ColdStart {
  /** Loading the library. */
  readonly import: number
  /** Reading the file, compiling the kernel, packing the weights. */
  readonly load: number
  /** The first call. */
  readonly call: number
  /** All of these. */
  readonly total: number
}

export interface ColdStartSettings {
  readonly batch: number
  /** Size of free dimensions other than the batch. */
  readonly free: number
  readonly precision: Precision
  readonly threads: number
}

const script = fileURLToPath(new URL('./first-call.js', import.meta.url))
const processes = 5

/**
 * The fastest of a few fresh processes by their totals: the file is in the system's cache from the second on.
 *
 * @param onStart told of every process that is started, counted from 1
 */
export async function measureColdStart(
  { model, path }: ReadModel,
  settings: ColdStartSettings,
  onStart: (number: number, total: number) => void = () => {},
): Promise<ColdStart> {
  if (path !== undefined) return fastest(path, settings, onStart)
  const folder = await mkdtemp(join(tmpdir(), 'dotplus-bench-'))
  const release = removeOnSignal(new Set([folder]))
  try {
    const file = join(folder, 'model.dotplus')
    await writeFile(file, encode(model))
    return await fastest(file, settings, onStart)
  } finally {
    await rm(folder, { recursive: true })
    release()
  }
}

async function fastest(
  path: string,
  settings: ColdStartSettings,
  onStart: (number: number, total: number) => void,
): Promise<ColdStart> {
  let best: ColdStart | undefined
  for (let i = 0; i < processes; i++) {
    onStart(i + 1, processes)
    const args = [script, path, JSON.stringify(settings)]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    const times = JSON.parse(stdout) as ColdStart
    if (best === undefined || times.total < best.total) best = times
  }
  return best as ColdStart
}
