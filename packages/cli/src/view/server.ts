import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ResourceError } from '@dotplus/core'

/** The inspector's page, copied here when this package is built. */
const page = fileURLToPath(new URL('../inspector/', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
}

export interface ViewServer {
  /** With the token that every request must name. */
  readonly address: string
  close(): void
}

/**
 * Serves the inspector and these files to this machine alone, under a path that nobody can guess.
 *
 * @param files paths of the model's files
 */
export async function serveInspector(files: readonly string[], port = 0): Promise<ViewServer> {
  const token = randomBytes(16).toString('hex')
  const models = new Map(files.map((file) => [basename(file), file]))
  const server = createServer((request, response) => {
    respond(request, response, `/${token}/`, models).catch(() => response.destroy())
  })
  await listen(server, port)
  const names = [...models.keys()].map((name) => `open=${encodeURIComponent(name)}`)
  const { port: chosen } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${chosen}/${token}/#${names.join('&')}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  root: string,
  models: ReadonlyMap<string, string>,
): Promise<void> {
  const host = request.headers.host ?? ''
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  // Another name for this machine would be a page elsewhere that asks through the user's browser.
  const isOwn = /^127\.0\.0\.1:\d+$/.test(host) && pathname.startsWith(root)
  if (!isOwn || request.method !== 'GET') {
    response.writeHead(404).end()
    return
  }
  const path = decodeURIComponent(pathname.slice(root.length)) || 'index.html'
  const headers = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // Under these a page may have memory that threads share.
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  }
  const model = path.startsWith('model/') ? models.get(path.slice('model/'.length)) : undefined
  if (model !== undefined) {
    const { size } = await stat(model)
    response.writeHead(200, { ...headers, 'content-length': size })
    createReadStream(model).pipe(response)
    return
  }
  // Names of the page's files hold nothing that could lead elsewhere.
  if (!/^(assets\/)?[\w-]+(\.[\w-]+)*$/.test(path) || path === 'sw.js') {
    response.writeHead(404).end()
    return
  }
  const body = await readFile(join(page, path)).catch(() => undefined)
  if (!body) response.writeHead(404).end()
  else {
    const type = types[extname(path)] ?? 'application/octet-stream'
    response.writeHead(200, { ...headers, 'content-type': type }).end(body)
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new ResourceError('cannot listen on this port', {
          place: `port ${port}`,
          hint: 'Leave out --port to have a free one',
          cause,
        }),
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
}
