import { chromiumBinary } from '@dotplus/conformance/runtimes/chromium/binary'
import { chromium, type Browser, type Page } from 'playwright-core'

/** A Chromium without a window; undefined where there is none. */
export async function launchChromium(): Promise<Browser | undefined> {
  const binary = await chromiumBinary()
  if (!binary) return undefined
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return chromium.launch({
    executablePath: binary.program,
    args: ['--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
    env: { ...Object.fromEntries(inherited), ...binary.env },
  })
}

/** Collects what a page complains about: uncaught errors, refused scripts, errors on its console. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return complaints
}
