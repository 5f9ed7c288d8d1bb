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

/** Files that are kept in the browser's Cache API once they have been read and checked. */
export function cachedFiles(files: Files, option: CacheOption): Files {
  if (option === false) return files
  return {
    ...files,
    async read(address, reading) {
      const isSettled = option === true || reading.sha256 !== undefined
      const kept = isSettled && !reading.isAgain ? await readKept(address, reading) : undefined
      if (kept) return kept
      try {
        return await files.read(address, reading)
      } catch (error) {
        reading.signal?.throwIfAborted()
        const fallback = reading.isAgain ? undefined : await readKept(address, reading)
        if (!fallback) throw error
        return fallback
      }
    },
    keep(address, bytes, sha256) {
      if (!/^https?:/.test(new URL(address).protocol)) return
      // A response copies its bytes at once, before they move on.
      void keep(keyOf(address, sha256), new Response(bytes))
    },
  }
}
