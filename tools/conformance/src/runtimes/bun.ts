import { packageFile, suiteScript } from './packages.ts'
import { runInProcess, versionOf, type Command } from './process.ts'
import { installHint, platform, type Runtime } from './runtime.ts'

const platforms = new Set([
  'linux x64',
  'linux arm64',
  'darwin x64',
  'darwin arm64',
  'win32 x64',
  'win32 arm64',
])

export const bun: Runtime = {
  name: 'Bun',
  howToGet: `comes as the optional dependency bun: ${installHint}`,
  unavailable: platforms.has(platform) ? undefined : `Bun has no binary for ${platform}`,
  async find() {
    const program = bunProgram()
    if (program === undefined) return undefined
    return {
      version: await versionOf(program),
      run: (jobs) => runInProcess(command(program), jobs),
    }
  },
}

/** Path of the Bun binary; undefined when it is missing. */
export function bunProgram(): string | undefined {
  return packageFile('bun', 'bin/bun.exe')
}

function command(program: string): Command {
  return {
    program,
    args: (jobsFile) => ['--no-install', suiteScript('node'), jobsFile],
    env: () => ({ DO_NOT_TRACK: '1', BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0' }),
  }
}
