import { spawn, type ChildProcess } from 'node:child_process'
import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commandLine, sample } from '../testing/dotplus.ts'

let child: ChildProcess
let address: string
beforeEach(async () => {
  const args = [...commandLine, 'view', sample('keras/model.keras'), '--no-browser']
  child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  address = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)))
    child.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()))
  })
})
afterEach(() => child.kill('SIGKILL'))

/** The status of a request whose path is sent as it is, with a host name of choice. */
function statusOf(path: string, host?: string): Promise<number | undefined> {
  const { port } = new URL(address)
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, headers: host ? { host } : {} }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .once('error', reject)
      .end()
  })
}

describe('dotplus view', () => {
  test('gives the page and the model under its token, and ends with Ctrl-C', async () => {
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/#open=model\.keras$/)
    const root = address.replace(/#.*$/, '')
    const page = await fetch(root)
    expect(await page.text()).toContain('<title>dotplus inspector</title>')
    const model = await fetch(`${root}model/model.keras`)
    expect((await model.arrayBuffer()).byteLength).toBeGreaterThan(1000)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    expect(await ended).toBe(0)
  })

  test('gives nothing else', async () => {
    const { pathname } = new URL(address)
    const elsewhere = [
      '/',
      '/index.html',
      `${pathname}../../package.json`,
      `${pathname}model/other.keras`,
      `${pathname}%2e%2e%2fversion.js`,
    ]
    for (const path of elsewhere) expect(await statusOf(path)).toBe(404)
    expect(await statusOf(pathname)).toBe(200)
    expect(await statusOf(pathname, 'evil.example')).toBe(404)
  })
})
