import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** The Firefox that is installed on this machine; undefined where there is none. */
export function firefoxProgram(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders
    .flatMap((folder) => [join(folder, 'firefox'), join(folder, 'firefox-esr')])
    .find((file) => existsSync(file))
}

/** Opens a page without a window, in a profile of its own. */
export async function openInFirefox(url: string): Promise<{ close(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'dotplus-firefox-'))
  const child: ChildProcess = spawn(
    firefoxProgram() as string,
    ['--headless', '--no-remote', '--profile', profile, url],
    { stdio: 'ignore' },
  )
  const ended = new Promise((resolve) => child.once('close', resolve))
  return {
    async close() {
      child.kill()
      await ended
      await rm(profile, { recursive: true, force: true })
    },
  }
}
