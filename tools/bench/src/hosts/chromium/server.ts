import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { peersFolder } from '../../peers.ts'
import type { HostRequest } from '../host.ts'
import type { PageFiles } from './bundles.ts'

/** What a page needs for threads. */
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

export interface BenchServer {
  /** "http://127.0.0.1:43511/" */
  readonly address: string
  /** The page that is opened next gets this request; resolves with what it answers and what it downloaded. */
  ask(request: HostRequest): Promise<Answer>
  close(): void
}

export interface Answer {
  readonly reply: string
  /** Scripts and WebAssembly, compressed; models are not counted. */
  readonly downloadedBytes: number
}

/** Serves the page, the peers' packages and models, on this machine only. */
export async function serveBench(files: PageFiles): Promise<BenchServer> {
  const compressed = new Map<string, Uint8Array>()
  let current: { request: string; done: (answer: Answer) => void } | undefined
  let downloaded = 0

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const place = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
    if (request.method === 'POST' && place === '/reply') {
      const parts: Uint8Array[] = []
      for await (const part of request) parts.push(part as Uint8Array)
      response.writeHead(204, headers).end()
      current?.done({ reply: Buffer.concat(parts).toString(), downloadedBytes: downloaded })
      return
    }
    if (place === '/request') {
      response.writeHead(200, { ...headers, 'content-type': 'application/json' })
      response.end(current?.request)
      return
    }
    if (place.startsWith('/files/')) {
      response.writeHead(200, { ...headers, 'content-type': 'application/octet-stream' })
      response.end(await readFile(place.slice('/files'.length)))
      return
    }
    const body = await contentOf(place)
    if (!body) {
      response.writeHead(404, headers).end()
      return
    }
    const packed = compressed.get(place) ?? gzipSync(body, { level: 9 })
    compressed.set(place, packed)
    downloaded += packed.length
    response.writeHead(200, {
      ...headers,
      'content-type': mediaType(place),
      'content-encoding': 'gzip',
    })
    response.end(packed)
  }

  async function contentOf(place: string): Promise<Uint8Array | undefined> {
    const known = files.get(place)
    if (known || !place.startsWith('/modules/')) return known
    const file = path.join(
      peersFolder,
      'node_modules',
      path.normalize(place.slice('/modules'.length)),
    )
    return existsSync(file) ? readFile(file) : undefined
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}/`,
    ask: (request) =>
      new Promise((done) => {
        downloaded = 0
        current = { request: JSON.stringify(request), done }
      }),
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function mediaType(place: string): string {
  if (place === '/') return 'text/html; charset=utf-8'
  if (/\.m?js$/.test(place)) return 'text/javascript; charset=utf-8'
  return place.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream'
}
