import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { text } from 'node:stream/consumers'

/** What a careful page allows: its own scripts, WebAssembly, and nothing else. */
export const strictPolicy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'; form-action 'none'"

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  // A server that has never heard of WebAssembly.
  '.wasm': 'text/plain',
}

export interface PageServer {
  /** Address of the page, in a folder that is not the root. */
  readonly url: string
  /** What the page posted. */
  readonly result: Promise<string>
  close(): void
}

async function send(response: ServerResponse, file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) {
    response
      .writeHead(404, { 'content-type': 'text/html' })
      .end('<!doctype html><title>Not found</title>')
    return
  }
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
    'content-security-policy': strictPolicy,
    'x-content-type-options': 'nosniff',
  })
  createReadStream(file).pipe(response)
}

/** Serves a folder below a sub-path under the strict policy, the models beside it, and waits for what the page posts. */
export async function servePage(folder: string, models: string): Promise<PageServer> {
  const base = '/below/a/path/'
  let settle: (text: string) => void
  const result = new Promise<string>((resolve) => (settle = resolve))
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').replace(/\?.*/, ''))
    if (request.method === 'POST') {
      void text(request).then(settle)
      response.end()
      return
    }
    const name = normalize(path.slice(base.length)) || 'index.html'
    if (!path.startsWith(base) || name.startsWith('..')) response.writeHead(404).end()
    else if (name.startsWith('models/')) void send(response, join(models, name.slice(7)))
    else void send(response, join(folder, name === '.' ? 'index.html' : name))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${base}`,
    result,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
