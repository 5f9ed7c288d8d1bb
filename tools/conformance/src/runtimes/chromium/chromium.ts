import { chromium as launcher, type Browser } from 'playwright-core'
import { versionOf } from '../process.ts'
import { installHint, platform, runtimeTimeout, type Runtime } from '../runtime.ts'
import { chromiumBinary, packageName, type ChromiumBinary } from './binary.ts'
import { buildPage } from './page.ts'
import { servePage } from './server.ts'

/** A real Chromium without a window, on a cross-origin isolated page under a strict content security policy. */
export const chromium: Runtime = {
  name: 'Chromium',
  howToGet: `comes as the dependency ${packageName}: ${installHint}`,
  unavailable:
    platform === 'linux x64' ? undefined : `${packageName} has no binary for ${platform}`,
  async find() {
    const binary = await chromiumBinary()
    if (!binary) return undefined
    return {
      version: await versionOf(binary.program, binary.env),
      run: (jobs) => runInPage(binary, jobs),
    }
  },
}

/** The launcher adds its own list, most of which keeps the browser from calling home. */
export const chromiumArguments: readonly string[] = [
  '--disable-gpu',
  '--disable-domain-reliability',
  '--no-pings',
  // Whatever still wants the network finds no names.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]

async function runInPage({ program, env }: ChromiumBinary, jobs: Uint8Array): Promise<Uint8Array> {
  const server = await servePage(await buildPage(), jobs)
  let browser: Browser | undefined
  try {
    browser = await launcher.launch({
      executablePath: program,
      args: [...chromiumArguments],
      env: { ...definedEnvironment(), ...env },
    })
    return await resultsOf(browser, server.address, server.results)
  } finally {
    await browser?.close()
    server.close()
  }
}

/** Opens the page and waits for what it posts; whatever the page complains about ends the wait. */
async function resultsOf(
  browser: Browser,
  address: string,
  results: Promise<Uint8Array>,
): Promise<Uint8Array> {
  const page = await browser.newPage()
  let timer: NodeJS.Timeout | undefined
  const failure = new Promise<never>((_, reject) => {
    page.on('pageerror', (error) => reject(error))
    page.on('crash', () => reject(new Error('the page crashed')))
    page.on('console', (message) => {
      if (message.type() === 'error') reject(new Error(message.text()))
    })
    const late = (): void => reject(new Error(`no results after ${runtimeTimeout / 1000} s`))
    timer = setTimeout(late, runtimeTimeout)
  })
  try {
    const opened = page.goto(address).then(async () => {
      if (!(await page.evaluate('crossOriginIsolated'))) throw new Error('the page is not isolated')
      return results
    })
    return await Promise.race([opened, failure])
  } finally {
    clearTimeout(timer)
  }
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
}
