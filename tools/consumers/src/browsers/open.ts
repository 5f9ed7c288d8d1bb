import type { Bench, Finding } from '../bench.ts'
import type { Hashes } from '../program.ts'
import { complaintsOf, launchChromium } from './chromium.ts'
import { firefoxProgram, openInFirefox } from './firefox.ts'
import { servePage } from './server.ts'

const patience = 120_000

interface Posted {
  readonly error?: string
  readonly page: Hashes
  readonly worker: Hashes
}

async function posted(result: Promise<string>, complaints: readonly string[]): Promise<Posted> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new Error(`the page posted nothing: ${complaints.join('; ')}`))
    timer = setTimeout(fail, patience)
  })
  try {
    const message = JSON.parse(await Promise.race([result, late])) as Posted
    if (message.error !== undefined) throw new Error(`${message.error}; ${complaints.join('; ')}`)
    if (complaints.length > 0) throw new Error(complaints.join('; '))
    return message
  } finally {
    clearTimeout(timer)
  }
}

const findings = (browser: string, { page, worker }: Posted): Finding[] => [
  { where: `${browser}, page`, hashes: page },
  { where: `${browser}, worker`, hashes: worker },
]

/** Opens the page in a folder in every browser of this machine, under the strict policy, and takes what it posts. */
export async function openInBrowsers(bench: Bench, folder: string): Promise<Finding[]> {
  const found: Finding[] = []
  const browser = await launchChromium()
  if (browser) {
    const server = await servePage(folder, bench.models.folder)
    try {
      const page = await browser.newPage()
      const complaints = complaintsOf(page)
      await page.goto(server.url)
      found.push(
        ...findings(`Chromium ${browser.version()}`, await posted(server.result, complaints)),
      )
    } finally {
      await browser.close()
      server.close()
    }
  }
  if (firefoxProgram() !== undefined) {
    const server = await servePage(folder, bench.models.folder)
    const firefox = await openInFirefox(server.url)
    try {
      found.push(...findings('Firefox', await posted(server.result, [])))
    } finally {
      await firefox.close()
      server.close()
    }
  }
  if (found.length === 0) throw new Error('no browser is installed')
  return found
}
