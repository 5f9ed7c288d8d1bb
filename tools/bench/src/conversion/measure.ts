import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { convertInChromium } from '@dotplus/conformance/runtimes/chromium/convert-files'
import { median } from '../measure/statistics.ts'
import { outputOfPython } from '../python.ts'

const inNode = fileURLToPath(new URL('./in-node.js', import.meta.url))
const command = fileURLToPath(new URL('../../../../packages/cli/bin/dotplus.js', import.meta.url))

/** One file; times in milliseconds, each the median of several, every one of them in a process or page of its own. */
export interface FileTimes {
  readonly name: string
  readonly byteLength: number
  /** `keras.models.load_model`, without the import of Keras. */
  readonly keras: number
  readonly kerasImport: number
  /** From the file to the bytes of the `.dotplus` file. */
  readonly node: number
  /** The same, from a dropped `File`. */
  readonly chromium: number
  /** `dotplus convert` from its start to its end, with the file written. */
  readonly command: number
  /** Node and Chromium gave the same bytes, each time. */
  readonly sameBytes: boolean
}

export interface ConversionTimes {
  readonly kerasVersion: string
  readonly runs: number
  readonly files: readonly FileTimes[]
}

interface KerasLoad {
  readonly keras: string
  readonly import_seconds: number
  readonly seconds: number
}

interface Conversion {
  readonly milliseconds: number
  readonly sha256: string
}

/**
 * Measures everybody in turns, so that drift hits all alike. A round before the first one fills the file system's cache and
 * does not count.
 *
 * @param log what is going on, for people who wait
 */
export async function measureConversions(
  files: readonly string[],
  runs: number,
  log: (line: string) => void,
): Promise<ConversionTimes> {
  let kerasVersion = ''
  const times: FileTimes[] = []
  for (const file of files) {
    const rounds: Awaited<ReturnType<typeof round>>[] = []
    for (let number = 0; number <= runs; number++) {
      log(`${path.basename(file)}: round ${number} of ${runs}`)
      const taken = await round(file, log)
      if (number > 0) rounds.push(taken)
    }
    const typical = (pick: (one: (typeof rounds)[number]) => number): number =>
      median(rounds.map((one) => pick(one)))
    kerasVersion = rounds[0]?.keras.keras ?? ''
    const hashes = rounds.flatMap(({ node, chromium }) => [node.sha256, chromium.sha256])
    times.push({
      name: path.basename(file),
      byteLength: (await stat(file)).size,
      keras: typical(({ keras }) => keras.seconds * 1000),
      kerasImport: typical(({ keras }) => keras.import_seconds * 1000),
      node: typical(({ node }) => node.milliseconds),
      chromium: typical(({ chromium }) => chromium.milliseconds),
      command: typical((one) => one.command),
      sameBytes: new Set(hashes).size === 1,
    })
  }
  return { kerasVersion, runs, files: times }
}

async function round(
  file: string,
  log: (line: string) => void,
): Promise<{ keras: KerasLoad; node: Conversion; chromium: Conversion; command: number }> {
  const keras = JSON.parse(outputOfPython(['load_model.py', file], log)) as KerasLoad
  const { stdout } = await promisify(execFile)(process.execPath, [inNode, file])
  const node = JSON.parse(stdout) as Conversion
  const [page] = await convertInChromium([[file]], 1)
  const [milliseconds = Number.NaN] = page?.milliseconds ?? []
  const chromium = { milliseconds, sha256: page?.sha256 ?? '' }
  return { keras, node, chromium, command: await timeCommand(file) }
}

async function timeCommand(file: string): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dotplus-bench-'))
  try {
    const start = performance.now()
    const output = path.join(folder, 'model.dotplus')
    await promisify(execFile)(process.execPath, [command, 'convert', file, '-o', output])
    return performance.now() - start
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
