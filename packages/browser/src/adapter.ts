import { ResourceError, UsageError } from '@dotplus/core'
import {
  download,
  webPort,
  type Adapter,
  type Files,
  type KernelBytes,
  type Load,
} from '@dotplus/kernel/worker'
import type { CacheOption } from './cache.ts'
import { requireEngine } from './engine.ts'

/** What only browsers have among the options of `load`. */
export interface BrowserOptions {
  /**
   * Keeps the model and its shards in the browser. `true`: the next load needs no network; an address then names one
   * content for good. `'fallback'`: the network is asked first, and what was kept serves when it fails. The store is the
   * Cache API's, under the name `dotplus`; pages outside secure contexts have none and load as without this option.
   */
  readonly cache?: CacheOption | undefined
}

/** `load` as browsers have it. */
export type BrowserLoad = Load<true | Worker, BrowserOptions>

const files: Files = {
  resolve(address) {
    const url = new URL(address, globalThis.document?.baseURI ?? location.href)
    if (url.protocol !== 'file:') return url
    throw new ResourceError('a page opened from a file cannot read files', {
      file: `${address}`,
      hint: 'Serve the folder over HTTP, or let the user choose the File',
    })
  },
  async read(address, reading) {
    requireEngine()
    return download(new URL(address), reading, fetch)
  },
  mustShareThread: (byteLength) => globalThis.document !== undefined && byteLength > 2 ** 21,
}

async function filesOf({ cache = false }: BrowserOptions): Promise<Files> {
  if (cache === false) return files
  if (cache === true || cache === 'fallback') {
    const { cachedFiles } = await import('./cache.ts')
    return cachedFiles(files, cache)
  }
  throw new UsageError('cache', {
    expected: "true, false or 'fallback'",
    got: JSON.stringify(cache),
  })
}

/**
 * What a page brings whose workers start as `startOwn` says and whose kernels are these. Names no worker file: it is part of
 * one, and bundlers would bundle it into itself without end.
 */
export function browserAdapter(
  startOwn: (() => Worker) | undefined,
  kernels: KernelBytes,
): Adapter<true | Worker, BrowserOptions> {
  return {
    files: filesOf,
    startWorker: startOwn && ((worker) => webPort(worker === true ? startOwn() : worker)),
    kernels,
  }
}
