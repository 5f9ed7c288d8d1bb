import { DotplusError, ResourceError, UsageError } from '@dotplus/core'
import { collect, Collected, type Reading } from './collect.ts'

/** What a URL is called in errors: without its query, which may hold a secret, and without data. */
export function nameOfUrl(url: URL): string {
  if (url.protocol === 'data:') return 'data: URL'
  if (url.protocol === 'file:') return decodeURIComponent(url.pathname)
  return url.origin === 'null' ? url.href : url.origin + url.pathname
}

/** True for addresses that a network answers for. */
export function isOfNetwork({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:'
}

const hints: Readonly<Record<number, string>> = {
  401: 'The server asks for a sign-in',
  403: 'The server refuses access',
  404: 'Check the address',
}

/** Bytes announced by the server; unknown where it compresses, since it then counts compressed bytes. */
function lengthOf({ headers }: Response): number | undefined {
  const encoding = headers.get('content-encoding') ?? 'identity'
  const length = Number(headers.get('content-length') ?? Number.NaN)
  return encoding === 'identity' && Number.isSafeInteger(length) ? length : undefined
}

/** What must stay the same for a transfer to go on where it broke off. */
function versionOf({ headers }: Response): string | null {
  const tag = headers.get('etag')
  return tag === null || tag.startsWith('W/') ? headers.get('last-modified') : tag
}

/** True when a server that broke off may be asked for the rest. */
function isResumable(response: Response): boolean {
  return (
    versionOf(response) !== null &&
    response.headers.get('accept-ranges') === 'bytes' &&
    lengthOf(response) !== undefined
  )
}

async function refuseStatus(response: Response, file: string): Promise<never> {
  await response.body?.cancel()
  throw new ResourceError('the server did not answer with the file', {
    file,
    got: `HTTP ${response.status} ${response.statusText}`.trim(),
    hint: hints[response.status],
  })
}

async function readBody(
  response: Response,
  reading: Reading,
  into: Collected,
): Promise<Uint8Array<ArrayBuffer>> {
  const { file, signal } = reading
  if (!response.body) return into.bytes
  try {
    return await collect(response.body, lengthOf(response), reading, into)
  } catch (cause) {
    signal?.throwIfAborted()
    if (cause instanceof DotplusError) throw cause
    throw new ResourceError('the transfer broke off', { file, hint: 'Try again', cause })
  }
}

/**
 * The body of a response.
 *
 * @throws {ResourceError} on an HTTP error status or when the transfer breaks off
 * @throws {UsageError} when the body has been read before
 */
export async function readResponse(
  response: Response,
  reading: Reading,
): Promise<Uint8Array<ArrayBuffer>> {
  const { file } = reading
  if (!response.ok) return refuseStatus(response, file)
  if (response.bodyUsed) throw new UsageError('this response has been read already', { file })
  return readBody(response, reading, new Collected())
}

/** The innermost message: runtimes wrap the reason in a `fetch failed`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message || error.name
}

/** Milliseconds before a server is asked again. */
const pause = 250

/** Waits, but not for someone who no longer wants it. */
function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal?.reason as Error)
    signal?.addEventListener('abort', stop, { once: true })
    setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
  })
}

/** A status that may be another one in a moment: too many requests, or the server's own failure. */
function isPassing(status: number): boolean {
  return status === 429 || status >= 500
}

/** A failure after which the same address is worth asking once more. */
class Passing {
  readonly error: ResourceError
  constructor(error: ResourceError) {
    this.error = error
  }
}

/** What an address has given so far. */
interface Transfer {
  readonly into: Collected
  /** The answer whose body broke off. */
  broken?: Response
}

/** @throws {Passing} around what the network or the server may do better in a moment */
async function attempt(
  url: URL,
  reading: Reading,
  fetch: typeof globalThis.fetch,
  transfer: Transfer,
): Promise<Uint8Array<ArrayBuffer>> {
  const { file, progress, signal, isAgain } = reading
  const { into, broken } = transfer
  const goesOn = broken !== undefined && isResumable(broken) && into.length > 0
  let response: Response
  try {
    response = await fetch(url, {
      ...(signal && { signal }),
      ...(isAgain && { cache: 'reload' }),
      ...(goesOn && { headers: { range: `bytes=${into.length}-` } }),
    })
  } catch (cause) {
    throw new Passing(
      new ResourceError('cannot be fetched', {
        file,
        got: reasonOf(cause),
        hint: 'Check the address and the network and, for another origin, that it allows this one (CORS)',
        cause,
      }),
    )
  }
  const isRest = response.status === 206 && goesOn && versionOf(response) === versionOf(broken)
  if (response.status === 206 && !isRest) {
    await response.body?.cancel()
    return attempt(url, reading, fetch, { into })
  }
  if (!isRest) {
    into.clear()
    progress.restart(0)
  }
  try {
    return response.ok
      ? await readBody(response, reading, into)
      : await refuseStatus(response, file)
  } catch (error) {
    transfer.broken = response
    const mayPass = response.ok || isPassing(response.status)
    throw error instanceof ResourceError && mayPass ? new Passing(error) : error
  }
}

/**
 * The bytes at a URL. When the network fails, the transfer breaks off or the server says that it cannot answer now, it
 * is asked once more; a server that serves ranges is then asked for the rest alone.
 *
 * @param fetch the runtime's own
 * @throws {ResourceError} when nothing can be fetched, on an HTTP error status, or when the transfer breaks off
 */
export async function download(
  url: URL,
  reading: Reading,
  fetch: typeof globalThis.fetch,
): Promise<Uint8Array<ArrayBuffer>> {
  const { signal } = reading
  const transfer: Transfer = { into: new Collected() }
  const ask = (): Promise<Uint8Array<ArrayBuffer>> => attempt(url, reading, fetch, transfer)
  try {
    return await ask()
  } catch (first) {
    signal?.throwIfAborted()
    if (!(first instanceof Passing)) throw first
    await wait(pause, signal)
  }
  try {
    return await ask()
  } catch (second) {
    signal?.throwIfAborted()
    throw second instanceof Passing ? second.error : second
  }
}
