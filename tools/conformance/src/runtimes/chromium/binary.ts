import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageFile } from '../packages.ts'
import { outputOf } from '../process.ts'

export const packageName = '@sparticuz/chromium'
const cache = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url))

export interface ChromiumBinary {
  readonly program: string
  readonly env: Readonly<Record<string, string>>
}

/** Unpacks the Chromium that the package carries, once; undefined when the package is not installed. */
export async function chromiumBinary(): Promise<ChromiumBinary | undefined> {
  const manifest = packageFile(packageName, 'package.json')
  if (manifest === undefined) return undefined
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
  const folder = join(cache, `chromium-${version}`)
  if (!existsSync(folder)) await unpack(folder)
  return {
    program: join(folder, 'chromium'),
    env: {
      // NSS, NSPR and expat, which a bare Linux lacks, come with the package; the rest is glibc and libgcc.
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: await fontSettings(folder),
    },
  }
}

/** The package brings a font and settings that look for it elsewhere; without any font, Chromium ends at the first text. */
async function fontSettings(folder: string): Promise<string> {
  const file = join(folder, 'fonts', 'here.conf')
  if (existsSync(file)) return file
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>
`
  await writeFile(file, text)
  return file
}

/**
 * The package unpacks to the system's folder for temporary files, and its libraries only where it believes to be on
 * AWS: a process of its own is told both. The folder appears under its name when it is complete.
 */
async function unpack(folder: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const scratch = await mkdtemp(join(cache, 'unpacking-'))
  try {
    const script = [
      `import chromium from ${JSON.stringify(import.meta.resolve(packageName))}`,
      'await chromium.executablePath()',
    ].join('\n')
    await outputOf(process.execPath, ['--input-type=module', '--eval', script], {
      ...process.env,
      TMPDIR: scratch,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    })
    await rename(scratch, folder)
  } catch (error) {
    await rm(scratch, { recursive: true, force: true })
    // Another process may have been faster.
    if (!existsSync(folder)) throw error
  }
}
