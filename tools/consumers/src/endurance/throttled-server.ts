import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server of files in memory that sends slowly, counts what it sends and can break things. */
export class ThrottledServer {
  /** Bytes per second for all connections together. */
  bytesPerSecond: number = Infinity
  /** How often each path was asked for. */
  readonly requests: Map<string, number> = new Map()
  /** Bytes of bodies that were sent. */
  sent = 0
  /** Connections on which a body is being sent. */
  active = 0
  /** Answers of these names have a wrong byte, as often as the number says. */
  readonly broken: Map<string, number> = new Map()
  url = ''
  readonly #files: ReadonlyMap<string, Uint8Array>
  readonly #headers: Readonly<Record<string, string>>
  readonly #server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').replace(/\?.*/, '')).slice(1)
    void this.#answer(name || 'index.html', response)
  })

  constructor(
    files: ReadonlyMap<string, Uint8Array>,
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.#files = files
    this.#headers = headers
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
    return this
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Forgets what was counted. */
  reset(): void {
    this.requests.clear()
    this.sent = 0
  }

  async #answer(name: string, response: ServerResponse): Promise<void> {
    this.requests.set(name, (this.requests.get(name) ?? 0) + 1)
    const content = this.#files.get(name)
    if (!content) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, {
      'content-type': typeOf(name),
      'content-length': content.byteLength,
      // The app itself is kept by the browser as usual; what is kept of a model is up to dotplus.
      'cache-control': /\.(js|html)$/.test(name) ? 'max-age=3600' : 'no-store',
      ...this.#headers,
    })
    const breaks = this.broken.get(name) ?? 0
    const body = breaks > 0 ? Uint8Array.from(content) : content
    if (breaks > 0) {
      this.broken.set(name, breaks - 1)
      body[0] = (body[0] ?? 0) ^ 1
    }
    this.active += 1
    response.once('close', () => (this.active -= 1))
    await this.#send(body, response)
  }

  async #send(body: Uint8Array, response: ServerResponse): Promise<void> {
    const chunk = 2 ** 16
    for (let start = 0; start < body.byteLength && !response.destroyed; start += chunk) {
      const part = body.subarray(start, start + chunk)
      this.sent += part.byteLength
      const isFree = response.write(part)
      const pause = (1000 * part.byteLength * Math.max(this.active, 1)) / this.bytesPerSecond
      if (pause >= 1) await sleep(pause)
      else if (!isFree) await drained(response)
    }
    response.end()
  }
}

/** Resolves when more can be written, or never will be. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle).off('close', settle)
      resolve()
    }
    response.on('drain', settle).on('close', settle)
  })
}

function typeOf(name: string): string {
  if (name.endsWith('.html')) return 'text/html; charset=utf-8'
  return name.endsWith('.js') ? 'text/javascript' : 'application/octet-stream'
}
