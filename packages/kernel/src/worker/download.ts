import { DotplusError, ResourceError, UsageError } from '@dotplus/core'
import { collect, type Reading } from './collect.ts'

/** What a URL is called in errors: without its query, which may hold a secret, and without data. */
export function nameOfUrl(url: URL): string {
  if (url.protocol === 'data:') return 'data: URL'
  if (url.protocol === 'file:') return decodeURIComponent(url.pathname)
  return url.origin === 'null' ? url.href : url.origin + url.pathname
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
  const { file, signal } = reading
  if (!response.ok) {
    await response.body?.cancel()
    throw new ResourceError('the server did not answer with the file', {
      file,
      got: `HTTP ${response.status} ${response.statusText}`.trim(),
      hint: hints[response.status],
    })
  }
  if (response.bodyUsed) throw new UsageError('this response has been read already', { file })
  if (!response.body) return new Uint8Array(0)
  try {
    return await collect(response.body, lengthOf(response), reading)
  } catch (cause) {
    signal?.throwIfAborted()
    if (cause instanceof DotplusError) throw cause
    throw new ResourceError('the transfer broke off', { file, hint: 'Try again', cause })
  }
}

/** The innermost message: runtimes wrap the reason in a `fetch failed`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message || error.name
}

/**
 * The bytes at a URL.
 *
 * @param fetch the runtime's own
 * @throws {ResourceError} when nothing can be fetched, on an HTTP error status, or when the transfer breaks off
 */
export async function download(
  url: URL,
  reading: Reading,
  fetch: typeof globalThis.fetch,
): Promise<Uint8Array<ArrayBuffer>> {
  const { file, signal } = reading
  let response: Response
  try {
    response = await fetch(url, signal ? { signal } : {})
  } catch (cause) {
    signal?.throwIfAborted()
    throw new ResourceError('cannot be fetched', {
      file,
      got: reasonOf(cause),
      hint: 'Check the address and the network and, for another origin, that it allows this one (CORS)',
      cause,
    })
  }
  return readResponse(response, reading)
}
