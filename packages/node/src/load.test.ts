import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { decode } from '@dotplus/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { denseBytes, denseModel, expectedOf, shardedFiles } from '../test/dense-model.ts'
import { load, type ModelSource, type Progress } from '@dotplus/node'

const x = Float32Array.of(1, 2, 3, 4)
const html = '<!DOCTYPE html><html><body>Not found</body></html>'

let folder: string
const servers: Server[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dotplus-node-'))
  await writeFile(join(folder, 'tiny.dotplus'), denseBytes())
})

afterAll(async () => {
  for (const server of servers) server.close()
  await rm(folder, { recursive: true })
})

async function write(files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const into = await mkdtemp(join(folder, 'sharded-'))
  for (const [name, bytes] of files) await writeFile(join(into, name), bytes)
  return join(into, 'tiny.dotplus')
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function serveFiles(files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  return serve((request, response) => {
    const bytes = files.get(decodeURIComponent((request.url ?? '').slice(1).replace(/\?.*/, '')))
    if (bytes) response.setHeader('content-length', bytes.byteLength).end(bytes)
    else response.writeHead(404).end(html)
  })
}

describe('sources', () => {
  const bytes = denseBytes()
  const pooled = Buffer.from('-'.repeat(5) + 'x').fill(0)
  const sources: Record<string, () => ModelSource | Promise<ModelSource>> = {
    'a path': () => join(folder, 'tiny.dotplus'),
    'a file: URL': () => pathToFileURL(join(folder, 'tiny.dotplus')),
    'a file: URL as text': () => pathToFileURL(join(folder, 'tiny.dotplus')).href,
    'an http: URL': async () => `${await serveFiles(new Map([['m', bytes]]))}/m`,
    'a data: URL': () => `data:;base64,${Buffer.from(bytes).toString('base64')}`,
    'a Buffer': () => Buffer.concat([pooled, bytes]).subarray(pooled.byteLength),
    'a Uint8Array': () => bytes,
    'an ArrayBuffer': () => bytes.slice().buffer,
    'a web stream': () => new Blob([bytes.slice()]).stream(),
    'a Node stream': () => Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]),
    'a Response': () => new Response(bytes.slice()),
    'a Blob': () => new Blob([bytes.slice()]),
    'a decoded model': () => decode(bytes),
  }
  for (const [name, source] of Object.entries(sources)) {
    for (const worker of [false, true]) {
      it(`loads ${name}${worker ? ' into a worker' : ''}`, async () => {
        const loaded = worker ? load(await source(), { worker: true }) : load(await source())
        using model = await loaded
        expect(model.inputs).toEqual([{ name: 'x', shape: [null, 4], dtype: 'float32' }])
        expect(await model.predict(x)).toEqual({
          data: expectedOf(x),
          shape: [1, 3],
          dtype: 'float32',
        })
      })
    }
  }

  it('leaves the bytes it is given usable', async () => {
    const given = denseBytes()
    using model = await load(given, { worker: true })
    await model.predict(x)
    expect(given).toEqual(bytes)
  })

  it.each([null, 5, {}, [], new Map()])('refuses %j as a source', async (source) => {
    await expect(load(source as unknown as string)).rejects.toMatchObject({
      tag: 'UsageError',
      what: 'the source of the model',
    })
  })
})

describe('bad files', () => {
  const failure = async (source: ModelSource): Promise<unknown> =>
    load(source).then(
      () => undefined,
      (error: unknown) => error,
    )

  it('says in one line that a file is missing', async () => {
    const error = await failure('nowhere/model.dotplus')
    expect(error).toMatchObject({
      tag: 'ResourceError',
      message: `nowhere/model.dotplus: no such file. Check the path; relative ones start at ${process.cwd()}`,
      cause: { code: 'ENOENT' },
    })
  })

  it('says that a path is a folder', async () => {
    expect(await failure(folder)).toMatchObject({ tag: 'ResourceError', what: 'this is a folder' })
  })

  it('names the file that is no model', async () => {
    const path = join(folder, 'model.keras')
    await writeFile(path, 'PK\u0003\u0004')
    expect(await failure(path)).toMatchObject({
      tag: 'FormatError',
      file: path,
      hint: expect.stringContaining('dotplus convert'),
    })
  })

  it('names an HTML page in place of a model', async () => {
    const origin = await serve((_, response) => response.end(html))
    expect(await failure(`${origin}/model.dotplus?token=secret`)).toMatchObject({
      tag: 'FormatError',
      file: `${origin}/model.dotplus`,
      what: 'an HTML page instead of a model',
    })
  })

  it('names a Git LFS pointer in place of a model', async () => {
    const pointer = Buffer.from(
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
    )
    expect(await failure(pointer)).toMatchObject({ tag: 'FormatError', hint: /git lfs pull/ })
  })

  it('names the HTTP status', async () => {
    const origin = await serveFiles(new Map())
    expect(await failure(new URL(`${origin}/model.dotplus`))).toMatchObject({
      tag: 'ResourceError',
      message: `${origin}/model.dotplus: the server did not answer with the file: got HTTP 404 Not Found. Check the address`,
    })
  })

  it('says why nothing can be fetched', async () => {
    expect(await failure('http://127.0.0.1:1/model.dotplus')).toMatchObject({
      tag: 'ResourceError',
    })
  })

  it('says that a transfer broke off', async () => {
    const origin = await serve((_, response) => {
      response.setHeader('content-length', 1000)
      response.write('half', () => response.destroy())
    })
    expect(await failure(`${origin}/model.dotplus`)).toMatchObject({
      tag: 'ResourceError',
      what: 'the transfer broke off',
    })
  })

  it('refuses a stream of text', async () => {
    expect(await failure(Readable.from(['text']) as ModelSource)).toMatchObject({
      tag: 'UsageError',
    })
  })
})

describe('shards', () => {
  it('are read beside a path', async () => {
    using model = await load(await write(shardedFiles()))
    expect(model.predict(x).data).toEqual(expectedOf(x))
  })

  it('are read beside a URL, whatever their name', async () => {
    const origin = await serveFiles(shardedFiles('50% #1?.bin'))
    using model = await load(`${origin}/tiny.dotplus?version=1`, { worker: true })
    expect((await model.predict(x)).data).toEqual(expectedOf(x))
  })

  it('are refused with a wrong hash, naming the shard and both hashes', async () => {
    const files = shardedFiles()
    const name = 'tiny-00002-of-00002.bin'
    files.set(name, Uint8Array.from(files.get(name) as Uint8Array).fill(1, 0, 1))
    await expect(load(await write(files))).rejects.toMatchObject({
      tag: 'FormatError',
      file: name,
      what: 'SHA-256 of the shard',
      expected: expect.stringMatching(/^[0-9a-f]{64}$/),
      got: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('are refused with a wrong length', async () => {
    const files = shardedFiles().set('tiny-00002-of-00002.bin', new Uint8Array(11))
    await expect(load(await write(files))).rejects.toMatchObject({
      tag: 'FormatError',
      expected: '12 bytes',
      got: '11',
    })
  })

  it('are named when missing', async () => {
    const files = shardedFiles()
    files.delete('tiny-00002-of-00002.bin')
    await expect(load(await write(files))).rejects.toMatchObject({
      tag: 'ResourceError',
      file: expect.stringMatching(/tiny-00002-of-00002\.bin$/),
      what: 'no such file',
    })
  })

  it.each(['../a.bin', 'a/b.bin', 'a\\b.bin', '..', '.', '', 'C:a.bin', 'http:a', 'a\0b'])(
    'are refused under the name %j',
    async (name) => {
      const bytes = shardedFiles(name).get('tiny.dotplus') as Uint8Array
      const path = join(await mkdtemp(join(folder, 'names-')), 'tiny.dotplus')
      await writeFile(path, bytes)
      await expect(load(path)).rejects.toMatchObject({
        tag: 'ModelError',
        what: 'name of a shard',
        got: JSON.stringify(name),
      })
    },
  )

  it('need an address to be read beside', async () => {
    await expect(load(shardedFiles().get('tiny.dotplus') as Uint8Array)).rejects.toMatchObject({
      tag: 'ResourceError',
      place: 'tiny-00001-of-00002.bin, tiny-00002-of-00002.bin',
    })
  })
})

describe('progress', () => {
  it('rises to exactly the total, shards included', async () => {
    const files = shardedFiles()
    const origin = await serveFiles(files)
    const total = [...files.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
    for (const source of [await write(files), `${origin}/tiny.dotplus`]) {
      const seen: Progress[] = []
      ;(await load(source, { onProgress: (progress) => seen.push(progress) })).dispose()
      expect(seen.map(({ loaded }) => loaded)).toEqual(
        seen.map(({ loaded }) => loaded).toSorted((a, b) => a - b),
      )
      expect(seen.at(-1)).toEqual({ loaded: total, total, fromCache: 0 })
    }
  })

  it('has no total where the server tells none', async () => {
    const bytes = denseBytes()
    const origin = await serve((_, response) => {
      response.write(bytes.subarray(0, 9), () =>
        setTimeout(() => response.end(bytes.subarray(9)), 20),
      )
    })
    const seen: Progress[] = []
    ;(await load(`${origin}/m`, { onProgress: (progress) => seen.push(progress) })).dispose()
    expect(seen[0]?.total).toBeUndefined()
    expect(seen.at(-1)).toEqual({
      loaded: bytes.byteLength,
      total: bytes.byteLength,
      fromCache: 0,
    })
  })
})

describe('signal', () => {
  it('stops a load before it starts', async () => {
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await expect(load(join(folder, 'tiny.dotplus'), { signal })).rejects.toBe(reason)
  })

  it('stops a transfer that has stalled, with its connection', async () => {
    let closed: Promise<void> | undefined
    const origin = await serve((_, response) => {
      closed = new Promise((resolve) => response.once('close', resolve))
      response.write(denseBytes().subarray(0, 9))
    })
    const stop = new AbortController()
    const loading = load(`${origin}/m`, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    })
    await expect(loading).rejects.toThrow('enough')
    await closed
  })

  it('stops a stream that gives nothing', async () => {
    const stop = new AbortController()
    const loading = load(new ReadableStream<Uint8Array>(), { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(loading).rejects.toThrow('enough')
  })
})

describe('options', () => {
  it('are checked', async () => {
    await expect(load(denseModel(), { precision: 'rough' as 'fast' })).rejects.toMatchObject({
      tag: 'UsageError',
    })
  })
})
