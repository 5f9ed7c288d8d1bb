import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium, type Page } from 'playwright-core'
import { chromiumBinary } from './binary.ts'
import { chromiumArguments } from './chromium.ts'
import { servePage } from './server.ts'

/** A model converted in a page. */
export interface PageConversion {
  /** Of every run in turn, from the dropped file to the bytes of the `.dotplus` file. */
  readonly milliseconds: readonly number[]
  /** Of the `.dotplus` file, in hexadecimal. */
  readonly sha256: string
  /** How often something of a file was read. */
  readonly reads: number
}

const html = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>dotplus converter</title>
  <body style="min-height: 90vh">Drop the files of a model here.</body>
  <script type="module" src="/page.js"></script>
</html>
`

/**
 * Converts models in a real Chromium. Their files are dropped onto a page, as a person drops them: they are `File` objects
 * on the disk.
 *
 * @param models the files of each model
 * @param runs how often each is converted
 * @throws {Error} when Chromium is not on this machine
 */
export async function convertInChromium(
  models: readonly (readonly string[])[],
  runs: number,
): Promise<PageConversion[]> {
  const binary = await chromiumBinary()
  if (!binary) throw new Error('Chromium is not installed: it comes with the dependencies')
  const server = await servePage(await pageFiles(), new Uint8Array(0))
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  const browser = await chromium.launch({
    executablePath: binary.program,
    args: [...chromiumArguments],
    env: { ...Object.fromEntries(inherited), ...binary.env },
  })
  try {
    const conversions: PageConversion[] = []
    for (const files of models) {
      // A page of its own for each: nothing is compiled yet, as when a person opens it.
      const page = await browser.newPage()
      page.setDefaultTimeout(120_000)
      await page.goto(server.address)
      await page.waitForFunction('typeof convertDropped === "function"')
      await drop(page, files)
      conversions.push(await page.evaluate<PageConversion>(`convertDropped(${runs})`))
      await page.close()
    }
    return conversions
  } finally {
    await browser.close()
    server.close()
  }
}

/** Drags files from the disk over the page and lets them go. */
async function drop(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...files], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 20, y: 20, data })
}

async function pageFiles(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./convert-page.js', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    write: false,
    logLevel: 'silent',
  })
  const files = new Map([['/', new TextEncoder().encode(html) as Uint8Array]])
  for (const { contents } of outputFiles) files.set('/page.js', contents)
  return files
}
