import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DotplusError, load, RuntimeError } from '@dotplus/browser'
import { webServerPort } from '@dotplus/kernel/worker'
import { serve } from '@dotplus/kernel/worker/server'
import { kernels } from './kernels.ts'
import { browserAdapter } from './adapter.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { denseBytes, denseModel, expectedOf, shardedFiles } from '../../node/test/dense-model.ts'

const x = Float32Array.of(1, 2, 3, 4)
const files = shardedFiles().set('dense.dotplus', denseBytes())

let server: Server
let page: string

beforeAll(async () => {
  server = createServer((request, response) => {
    const bytes = files.get((request.url ?? '').split('/').at(-1) ?? '')
    if (bytes) response.setHeader('content-length', bytes.byteLength).end(bytes)
    else response.setHeader('content-type', 'text/html').end('<!doctype html><title>App</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  page = `http://127.0.0.1:${(server.address() as AddressInfo).port}/app/index.html`
  vi.stubGlobal('location', { href: page })
})

afterAll(() => {
  vi.unstubAllGlobals()
  server.close()
})

describe('sources', () => {
  const bytes = denseBytes().slice()
  const sources: Record<string, () => Parameters<typeof load>[0] | Promise<Response>> = {
    'a URL relative to the page': () => 'models/dense.dotplus',
    'a URL': () => new URL('/dense.dotplus', page),
    'a URL with shards beside it': () => '/models/tiny.dotplus',
    'a Response with shards beside it': () => fetch(new URL('tiny.dotplus', page)),
    'a File': () => new File([bytes], 'dense.dotplus'),
    'a Blob': () => new Blob([bytes]),
    'an ArrayBuffer': () => bytes.buffer,
    'a Uint8Array': () => bytes,
    'a stream': () => new Blob([bytes]).stream(),
    'a decoded model': denseModel,
  }
  it.each(Object.entries(sources))('load %s', async (_, source) => {
    using model = await load(await source())
    expect(model.predict(x)).toEqual({ data: expectedOf(x), shape: [1, 3], dtype: 'float32' })
  })

  it('give progress up to exactly the total', async () => {
    const seen: unknown[] = []
    ;(
      await load(new File([bytes], 'm'), { onProgress: (progress) => seen.push(progress) })
    ).dispose()
    expect(seen).toEqual([{ loaded: bytes.byteLength, total: bytes.byteLength, fromCache: 0 }])
  })
})

describe('failures', () => {
  const failure = async (source: Parameters<typeof load>[0]): Promise<unknown> =>
    load(source).then(
      () => undefined,
      (error: unknown) => error,
    )

  it('name the page a server answers in place of a model', async () => {
    expect(await failure('missing.dotplus')).toMatchObject({
      tag: 'FormatError',
      file: 'missing.dotplus',
      what: 'an HTML page instead of a model',
    })
  })

  it('name the status of a response', async () => {
    expect(await failure(new Response('', { status: 403 }))).toMatchObject({
      tag: 'ResourceError',
      message:
        'response: the server did not answer with the file: got HTTP 403. The server refuses access',
    })
  })

  it('say that a response has been read', async () => {
    const response = new Response('text')
    await response.text()
    expect(await failure(response)).toMatchObject({ tag: 'UsageError' })
  })

  it('say why a page from a file reads no files', async () => {
    vi.stubGlobal('location', { href: 'file:///home/me/index.html' })
    const error = await failure('model.dotplus')
    vi.stubGlobal('location', { href: page })
    expect(error).toMatchObject({
      tag: 'ResourceError',
      message:
        'model.dotplus: a page opened from a file cannot read files. Serve the folder over HTTP, or let the user choose the File',
    })
  })

  it('say that nothing answers', async () => {
    expect(await failure('http://127.0.0.1:1/m')).toMatchObject({
      tag: 'ResourceError',
      what: 'cannot be fetched',
    })
  })

  it('name the browsers that have what this one lacks', async () => {
    const real = WebAssembly
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)
    const withoutSimd = await failure('dense.dotplus')
    validate.mockRestore()
    vi.stubGlobal('WebAssembly', undefined)
    const without = await failure('dense.dotplus')
    vi.stubGlobal('WebAssembly', real)
    expect(withoutSimd).toBeInstanceOf(RuntimeError)
    expect((withoutSimd as DotplusError).message).toMatch(/no WebAssembly SIMD: expected Chrome 91/)
    expect((without as DotplusError).message).toMatch(/no WebAssembly: expected Chrome 91/)
  })
})

/** A worker in this thread, whose messages are cloned and arrive later. */
class FakeWorker extends EventTarget {
  static last: FakeWorker
  readonly url: URL
  isTerminated = false
  #scope = new EventTarget()

  constructor(url: URL) {
    super()
    this.url = url
    FakeWorker.last = this
    const send = (to: EventTarget, data: unknown, transfer: ArrayBuffer[]): void => {
      const copy: unknown = structuredClone(data, { transfer })
      queueMicrotask(() => to.dispatchEvent(new MessageEvent('message', { data: copy })))
    }
    this.postMessage = (data, transfer) => send(this.#scope, data, transfer)
    serve(
      webServerPort({
        postMessage: (data, { transfer }) => send(this, data, transfer),
        addEventListener: (type, listener) =>
          this.#scope.addEventListener(type, listener as unknown as EventListener),
      }),
      browserAdapter(undefined, kernels),
    )
  }

  postMessage: (data: unknown, transfer: ArrayBuffer[]) => void

  terminate(): void {
    this.isTerminated = true
  }
}

describe('a worker', () => {
  afterEach(() => {
    vi.stubGlobal('Worker', undefined)
  })

  it("is a module of this package's own", async () => {
    vi.stubGlobal('Worker', FakeWorker)
    const model = await load('models/tiny.dotplus', { worker: true })
    expect(existsSync(FakeWorker.last.url)).toBe(true)
    expect((await model.predict(x)).data).toEqual(expectedOf(x))
    model.dispose()
    expect(FakeWorker.last.isTerminated).toBe(true)
  })

  it("may be the caller's", async () => {
    const worker = new FakeWorker(new URL('file:///mine.js'))
    using model = await load(denseBytes(), { worker: worker as unknown as Worker })
    expect((await model.predict(x)).data).toEqual(expectedOf(x))
  })

  it('that does not start rejects the load', async () => {
    class Missing extends FakeWorker {
      constructor(url: URL) {
        super(url)
        this.postMessage = () => queueMicrotask(() => this.dispatchEvent(new Event('error')))
      }
    }
    vi.stubGlobal('Worker', Missing)
    await expect(load(denseModel(), { worker: true })).rejects.toMatchObject({
      tag: 'RuntimeError',
      what: 'the worker could not start',
    })
    expect(FakeWorker.last.isTerminated).toBe(true)
  })

  it('whose message cannot be read rejects every call', async () => {
    vi.stubGlobal('Worker', FakeWorker)
    using model = await load(denseModel(), { worker: true })
    const calls = [model.predict(x), model.predict(x)]
    FakeWorker.last.dispatchEvent(new Event('messageerror'))
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { tag: 'RuntimeError' } })
    }
  })
})
