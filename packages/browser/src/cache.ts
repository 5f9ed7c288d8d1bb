import type { Address, Files, Reading } from '@dotplus/kernel/worker'

/**
 * `true`: what was loaded before is taken from the browser's cache, without the network. `'fallback'`: only when the
 * network fails; shards, whose content is known by its hash, never need it again.
 */
export type CacheOption = boolean | 'fallback'

/** Name of the store in the browser's Cache API, for pages that want to delete it. */
const storeName = 'dotplus'

/** Shards are kept under their SHA-256, everything else under its address. */
function keyOf(address: Address, sha256: string | undefined): string {
  return sha256 === undefined
    ? new URL(address).href.replace(/#.*/, '')
    : `https://dotplus.invalid/sha256/${sha256}`
}

/** The store; undefined where pages have none: outside secure contexts, or when the user forbids it. */
async function openStore(): Promise<Cache | undefined> {
  try {
    return await globalThis.caches?.open(storeName)
  } catch {
    return undefined
  }
}

async function readKept(
  address: Address,
  { sha256, progress }: Reading,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const store = await openStore()
  const kept = await store?.match(keyOf(address, sha256))
  if (!kept) return undefined
  const bytes = new Uint8Array(await kept.arrayBuffer())
  progress.restart(0)
  progress.readsCache()
  progress.expect(bytes.byteLength)
  progress.add(bytes.byteLength)
  return bytes
}

async function keep(key: string, response: Response): Promise<void> {
  try {
    await (await openStore())?.put(key, response)
  } catch {
    // Without room, or in private browsing, the next load uses the network again.
  }
}

const chunkBytes = 2 ** 18

/** A copy of bytes; on a page handed over piece by piece, since all at once would block it. */
function responseOf(bytes: Uint8Array<ArrayBuffer>): Response {
  if (globalThis.document === undefined) return new Response(bytes)
  const copy = bytes.slice()
  let start = 0
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve))
      controller.enqueue(copy.subarray(start, (start += chunkBytes)))
      if (start >= copy.byteLength) controller.close()
    },
  })
  return new Response(stream)
}

/** Files that are kept in the browser's Cache API once they have been read and checked. */
export function cachedFiles(files: Files, option: true | 'fallback'): Files {
  /** What this load has taken out of the cache and need not put there again. */
  const known = new Set<string>()
  return {
    ...files,
    async read(address, reading) {
      const isSettled = option === true || reading.sha256 !== undefined
      const kept = isSettled && !reading.isAgain ? await readKept(address, reading) : undefined
      if (kept) {
        known.add(keyOf(address, reading.sha256))
        return kept
      }
      try {
        return await files.read(address, reading)
      } catch (error) {
        reading.signal?.throwIfAborted()
        const fallback = reading.isAgain ? undefined : await readKept(address, reading)
        if (!fallback) throw error
        return fallback
      }
    },
    async keep(address, bytes, sha256) {
      const key = keyOf(address, sha256)
      const isHttp = /^https?:/.test(new URL(address).protocol)
      if (isHttp && !known.has(key)) await keep(key, responseOf(bytes))
    },
  }
}
