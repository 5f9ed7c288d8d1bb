import { fileURLToPath } from 'node:url'
import { nestedPackageFile, suiteScript } from './packages.ts'
import { runInProcess, versionOf, type Command } from './process.ts'
import { installHint, platform, type Runtime } from './runtime.ts'

const binaries: Readonly<Record<string, readonly [name: string, path: string]>> = {
  'linux x64': ['@deno/linux-x64-glibc', 'deno'],
  'linux arm64': ['@deno/linux-arm64-glibc', 'deno'],
  'darwin arm64': ['@deno/darwin-arm64', 'deno'],
  'darwin x64': ['@deno/darwin-x64', 'deno'],
  'win32 x64': ['@deno/win32-x64', 'deno.exe'],
  'win32 arm64': ['@deno/win32-arm64', 'deno.exe'],
}
const binary = binaries[platform]
/** The packages, for workers: Deno asks for leave to read the modules that they import. */
const packagesFolder = fileURLToPath(new URL('../..', import.meta.resolve('@dotplus/deno')))

export const deno: Runtime = {
  name: 'Deno',
  howToGet: `comes as the optional dependency deno: ${installHint}`,
  unavailable: binary ? undefined : `Deno has no binary for ${platform}`,
  async find() {
    const program = denoProgram()
    if (program === undefined) return undefined
    return {
      version: await versionOf(program),
      run: (jobs) => runInProcess(command(program), jobs),
    }
  },
}

/** Path of the Deno binary; undefined when it is missing. */
export function denoProgram(): string | undefined {
  return binary && nestedPackageFile('deno', ...binary)
}

function command(program: string): Command {
  return {
    program,
    args: (jobsFile) => [
      'run',
      '--quiet',
      '--no-prompt',
      '--no-remote',
      '--no-lock',
      '--node-modules-dir=manual',
      `--allow-read=${jobsFile},${packagesFolder}`,
      suiteScript('deno'),
      jobsFile,
    ],
    env: (scratch) => ({ DENO_DIR: scratch, DENO_NO_UPDATE_CHECK: '1' }),
  }
}
