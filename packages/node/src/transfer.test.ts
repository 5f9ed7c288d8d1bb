import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { denseBytes, expectedOf, shardedFiles } from '../test/dense-model.ts'
import { load, type Progress } from '@dotplus/node'

const x = Float32Array.of(1, 2, 3, 4)
const bytes = denseBytes()
let server: Server | undefined

afterEach(() => {
  server?.close()
})

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server that answers the first request, the second … as told, and the rest as the last. */
async function serve(...answers: Answer[]): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = []
  server = createServer((request, response) => {
    requests.push(request)
    answers[Math.min(requests.length, answers.length) - 1]?.(request, response)
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/m`, requests }
}

const whole: Answer = (_, response) => response.end(bytes)
const half = bytes.byteLength >> 1

function breakOff(headers: Record<string, string>): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-length': bytes.byteLength, ...headers })
    response.write(bytes.subarray(0, half), () => setTimeout(() => response.destroy(), 20))
  }
}

async function predictFrom(url: string): Promise<{ seen: Progress[]; data: unknown }> {
  const seen: Progress[] = []
  using model = await load(url, { onProgress: (progress) => seen.push(progress) })
  return { seen, data: model.predict(x).data }
}

describe('a transfer that breaks off', () => {
  it('goes on where it broke off when the server serves ranges of the same version', async () => {
    const { url, requests } = await serve(
      breakOff({ 'accept-ranges': 'bytes', etag: '"1"' }),
      (request, response) => {
        const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1])
        response.writeHead(206, {
          etag: '"1"',
          'content-range': `bytes ${from}-${bytes.byteLength - 1}/${bytes.byteLength}`,
          'content-length': bytes.byteLength - from,
        })
        response.end(bytes.subarray(from))
      },
    )
    const { seen, data } = await predictFrom(url)
    expect(data).toEqual(expectedOf(x))
    expect(requests.map(({ headers }) => headers.range)).toEqual([undefined, `bytes=${half}-`])
    const loaded = seen.map((progress) => progress.loaded)
    expect(loaded).toEqual([...new Set(loaded)].toSorted((a, b) => a - b))
    expect(seen.at(-1)).toEqual({ loaded: bytes.byteLength, total: bytes.byteLength, fromCache: 0 })
    expect(seen.map(({ total }) => total)).toEqual(seen.map(() => bytes.byteLength))
  })

  it('begins anew when the file has changed meanwhile', async () => {
    const { url, requests } = await serve(
      breakOff({ 'accept-ranges': 'bytes', etag: '"1"' }),
      (_, response) => response.writeHead(206, { etag: '"2"' }).end('rest'),
      whole,
    )
    expect((await predictFrom(url)).data).toEqual(expectedOf(x))
    expect(requests).toHaveLength(3)
  })

  it.each([
    ['serves no ranges', { etag: '"1"' }],
    ['names no version', { 'accept-ranges': 'bytes' }],
    ['compares versions weakly', { 'accept-ranges': 'bytes', etag: 'W/"1"' }],
  ])('begins anew when the server %s', async (_, headers) => {
    const { url, requests } = await serve(breakOff(headers), whole)
    const { seen, data } = await predictFrom(url)
    expect(data).toEqual(expectedOf(x))
    expect(requests.map((request) => request.headers.range)).toEqual([undefined, undefined])
    expect(seen.at(-1)?.loaded).toBe(bytes.byteLength)
  })

  it('fails when it breaks off twice', async () => {
    const { url, requests } = await serve(breakOff({}))
    await expect(load(url)).rejects.toMatchObject({ file: url, what: 'the transfer broke off' })
    expect(requests).toHaveLength(2)
  })
})

describe('a server that cannot answer', () => {
  it.each([429, 500, 503])('is asked once more after HTTP %i', async (status) => {
    const { url } = await serve((_, response) => response.writeHead(status).end(), whole)
    expect((await predictFrom(url)).data).toEqual(expectedOf(x))
  })

  it('is named after the second failure', async () => {
    const { url, requests } = await serve((_, response) => response.writeHead(503).end())
    await expect(load(url)).rejects.toMatchObject({
      file: url,
      got: 'HTTP 503 Service Unavailable',
    })
    expect(requests).toHaveLength(2)
  })

  it('is not asked again for what it does not have', async () => {
    const { url, requests } = await serve((_, response) => response.writeHead(404).end())
    await expect(load(url)).rejects.toMatchObject({ got: 'HTTP 404 Not Found' })
    expect(requests).toHaveLength(1)
  })

  it('is not asked again for someone who has stopped', async () => {
    const stop = new AbortController()
    const { url, requests } = await serve((_, response) => {
      response.writeHead(503).end()
      setTimeout(() => stop.abort(new Error('enough')), 50)
    })
    await expect(load(url, { signal: stop.signal })).rejects.toThrow('enough')
    expect(requests).toHaveLength(1)
  })
})

describe('a broken shard', () => {
  const broken = 'tiny-00002-of-00002.bin'
  const asked = async (breaks: number): Promise<{ url: string; count: () => number }> => {
    const files = shardedFiles()
    let count = 0
    const { url } = await serve((request, response) => {
      const name = (request.url ?? '').slice(1)
      const content = files.get(name === 'm' ? 'tiny.dotplus' : name)
      const isBroken = name === broken && count++ < breaks
      response.end(isBroken ? Uint8Array.from(content ?? []).fill(7, 0, 1) : content)
    })
    return { url, count: () => count }
  }

  it('is asked for once more', async () => {
    const { url, count } = await asked(1)
    const { seen, data } = await predictFrom(url)
    expect(data).toEqual(expectedOf(x))
    expect(count()).toBe(2)
    const total = [...shardedFiles().values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
    expect(seen.at(-1)).toEqual({ loaded: total, total, fromCache: 0 })
  })

  it('is named when it is broken twice', async () => {
    const { url, count } = await asked(9)
    await expect(load(url)).rejects.toMatchObject({ tag: 'FormatError', file: broken })
    expect(count()).toBe(2)
  })
})
