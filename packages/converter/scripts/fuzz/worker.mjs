import { parentPort, workerData } from 'node:worker_threads'
import { DotplusError } from '@dotplus/core'
import { Coverage } from './coverage.mjs'
import { damageBytes } from './damage.mjs'
import { randomFrom } from './random.mjs'
import { inputCapacity } from './shared.mjs'
import { targets } from './targets.mjs'

const { seconds, runs, seed, only, position, input } = workerData
const random = randomFrom(seed)
/** Inputs that reached new code are kept, the latest of them; files to start from stay. */
const keptPerTarget = 400
/** What the engine keeps of its own accord between two collections of garbage. */
const slack = 16 * 2 ** 20

const chosen = Object.entries(targets)
  .filter(([name]) => only === '' || name === only)
  .map(([name, target]) => ({
    name,
    damage: damageBytes,
    ...target,
    corpus: [...target.files],
    total: { runs: 0, MB: 0, accepted: 0, kept: 0, 'slowest, ms': 0, 'most allocated, MB': 0 },
  }))
const coverage = new Coverage()
const all = chosen.flatMap(({ files }) => files)

function memory() {
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

async function attempt({ read, total }, bytes) {
  const before = memory()
  // Time of the processor: a busy machine is no fault of the reader.
  const start = process.cpuUsage()
  let problem
  try {
    await read(bytes)
    total.accepted += 1
  } catch (error) {
    if (!(error instanceof DotplusError)) problem = error.stack ?? String(error)
    else if (error.message.includes('\n')) problem = `more than one line: ${error.message}`
  }
  const used = process.cpuUsage(start)
  const elapsed = (used.user + used.system) / 1000
  const allocated = memory() - before
  if (elapsed > 1000) problem ??= `took ${elapsed.toFixed(0)} ms`
  if (allocated > 4 * bytes.length + 64 * 2 ** 20 + slack)
    problem ??= `allocated ${allocated} bytes`
  total['slowest, ms'] = Math.max(total['slowest, ms'], Math.round(elapsed))
  total['most allocated, MB'] = Math.max(
    total['most allocated, MB'],
    Math.round(allocated / 2 ** 20),
  )
  return problem
}

const end = performance.now() + seconds * 1000
for (let run = 0; run < runs && performance.now() < end; run++) {
  const target = chosen[run % chosen.length]
  const { corpus, files, total } = target
  const bytes = target.damage(corpus[random(corpus.length)], all[random(all.length)], random)
  if (bytes.length > inputCapacity) continue
  input.set(bytes)
  position[1] = bytes.length
  Atomics.store(position, 0, run)
  const problem = await attempt(target, bytes)
  total.runs += 1
  total.MB += bytes.length / 1e6
  if (coverage.take() > 0) {
    total.kept += 1
    if (corpus.length >= files.length + keptPerTarget) corpus.splice(files.length, 1)
    corpus.push(bytes)
  }
  if (problem) parentPort.postMessage({ problem, target: target.name, bytes }, [])
}
const totals = Object.fromEntries(
  chosen.map(({ name, total }) => [name, { ...total, MB: Math.round(total.MB * 10) / 10 }]),
)
parentPort.postMessage({ totals }, [])
