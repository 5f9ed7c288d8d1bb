// Feeds damaged files to every reader and to the decoder, guided by coverage: inputs that reach new code are damaged
// further. Reports what is no typed error, takes longer than a second, or allocates more than four times the file's size
// plus 64 MiB.
//   node packages/converter/scripts/fuzz.mjs [--seconds 60 | --runs 2000] [--seed 1] [--only hdf5]      (after a build)
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { inputCapacity } from './fuzz/shared.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    runs: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
})
const hangs = 10_000 // ms without an end, after which a run is given up

/** [run number, bytes of its input]; written before each run so that one that never ends can be looked at. */
const position = new Int32Array(new SharedArrayBuffer(8))
const input = new Uint8Array(new SharedArrayBuffer(inputCapacity))
const worker = new Worker(new URL('fuzz/worker.mjs', import.meta.url), {
  workerData: {
    seconds: Number(values.seconds),
    runs: Number(values.runs),
    seed: Number(values.seed),
    only: values.only,
    position,
    input,
  },
  // A reader that asks for more than this is ended, which counts as a crash.
  resourceLimits: { maxOldGenerationSizeMb: 512 },
})

let problems = 0
function report(target, bytes, problem) {
  problems += 1
  const name = `fuzz-${target}-${problems}.bin`
  writeFileSync(name, bytes)
  console.log(`${name}: ${problem}`)
}

let last = { run: -1, since: performance.now() }
const watchdog = setInterval(() => {
  const [run, length] = position
  if (run !== last.run) last = { run, since: performance.now() }
  else if (performance.now() - last.since > hangs) {
    report('hang', input.slice(0, length), `run ${run} does not end`)
    process.exit(1)
  }
}, 500)

worker.on('message', ({ problem, target, bytes, totals }) => {
  if (problem) return report(target, bytes, problem)
  console.table(totals)
  const megabytes = Object.values(totals).reduce((sum, { MB }) => sum + MB, 0)
  const peak = process.resourceUsage().maxRSS / 1024
  console.log(
    `${megabytes.toFixed(1)} MB of damaged files, ${problems} problems, ${peak.toFixed(0)} MB of memory at most`,
  )
})
worker.on('error', (error) => {
  report('crash', input.slice(0, position[1]), String(error))
})
worker.on('exit', () => {
  clearInterval(watchdog)
  process.exitCode = problems > 0 ? 1 : 0
})
