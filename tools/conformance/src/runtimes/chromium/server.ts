import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PageFiles } from './page.ts'

const headers = {
  // What a careful site sends: no evaluated strings, nothing from elsewhere.
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'",
  // Cross-origin isolation: SharedArrayBuffer, and so threads.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

export interface PageServer {
  /** "http://127.0.0.1:43511/" */
  readonly address: string
  /** What the page posted. */
  readonly results: Promise<Uint8Array>
  close(): void
}

/** Serves the page on this machine only: its files, `jobs` for it to read, `results` for it to answer. */
export async function servePage(files: PageFiles, jobs: Uint8Array): Promise<PageServer> {
  const { promise: results, resolve } = withResolve<Uint8Array>()
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/'
    if (request.method === 'POST' && path === '/results') {
      const parts: Uint8Array[] = []
      for await (const part of request) parts.push(part as Uint8Array)
      response.writeHead(204, headers).end()
      resolve(Buffer.concat(parts))
      return
    }
    const body = path === '/jobs' ? jobs : files.get(path)
    if (!body) response.writeHead(404, headers).end()
    else response.writeHead(200, { ...headers, 'content-type': mediaType(path) }).end(body)
  }

  await listen(server)
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}/`,
    results,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function mediaType(path: string): string {
  if (path === '/') return 'text/html; charset=utf-8'
  if (path.endsWith('.js')) return 'text/javascript; charset=utf-8'
  return 'application/octet-stream'
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
}

function withResolve<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((take) => (resolve = take))
  return { promise, resolve }
}
