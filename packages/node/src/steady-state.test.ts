import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { denseBytes } from '../test/dense-model.ts'

const calls = 100_000
const heapBudget = 100_000

const program = `
  import { load } from '@dotplus/node'
  const model = await load(Buffer.from('${Buffer.from(denseBytes()).toString('base64')}', 'base64'))
  const x = Float32Array.of(1, 2, 3, 4)
  const out = new Float32Array(3)
  const options = { out }
  const run = (count) => { for (let i = 0; i < count; i++) model.predict(x, options) }
  // V8 optimizes in the background, maybe still in the first rounds, and counts a page that it begins: garbage of the calls
  // shows in every round, also in the best.
  let grown = Infinity
  let buffers = 0
  for (let round = 0; round < 6; round++) {
    run(${calls})
    gc()
    const before = process.memoryUsage()
    run(${calls})
    const after = process.memoryUsage()
    grown = Math.min(grown, after.heapUsed - before.heapUsed)
    buffers = Math.max(buffers, after.arrayBuffers - before.arrayBuffers)
  }
  console.log(grown, buffers, model.memory.total)
`

it(`grows the heap by less than ${heapBudget / 1000} kB over ${calls} calls with out, nothing collected`, async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    // So much room for young objects that none are collected in between.
    ['--expose-gc', '--min-semi-space-size=64', '--input-type=module', '-e', program],
    { cwd: import.meta.dirname, timeout: 60_000 },
  )
  const [heap, buffers, total] = stdout.trim().split(' ').map(Number) as [number, number, number]
  console.info(`heap after ${calls} calls: ${heap} B more`)
  expect(heap).toBeLessThan(heapBudget)
  expect(buffers).toBeLessThanOrEqual(0)
  expect(total).toBeGreaterThan(0)
})
