import { heldByteLength, type Model } from '@dotplus/core'

import { ProgressMeter, type Progress } from './progress.ts'
import { open, type Files, type Located, type ModelSource, type Opened } from './source.ts'

function needsShards({ tensors }: Model): boolean {
  return tensors.some((tensor) => tensor.external !== undefined && heldByteLength(tensor) === 0)
}

/**
 * Reads a model and its shards.
 *
 * @param willMove copies bytes that the caller holds, so that they can move to a worker
 * @returns what was read; `kept` resolves when all of it is where the next load looks first
 */
export async function readModel(
  source: Exclude<ModelSource, string | URL> | Located,
  files: Files,
  onProgress: ((progress: Progress) => void) | undefined,
  signal: AbortSignal | undefined,
  willMove: boolean,
): Promise<Opened & { readonly kept: Promise<unknown> }> {
  const keeping: Promise<void>[] = []
  const reading = { progress: new ProgressMeter(onProgress), signal, keeping }
  let opened = await open(source, files, reading, willMove)
  if (needsShards(opened.model)) {
    const { readShards } = await import('./shards.ts')
    opened = await readShards(opened, files, reading)
  }
  reading.progress.finish()
  return { ...opened, kept: Promise.all(keeping) }
}

/** Settles as `work` does, or at once when the signal is aborted. */
export function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
