import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { brotliDecompressSync } from 'node:zlib'
import { decode } from '@dotplus/core'
import { instantiate, type InstantiateOptions } from '@dotplus/kernel'
import { compressedKernels } from '@dotplus/kernel/compressed'
import { afterAll, expect, test } from 'vitest'
import { findCases } from './cases/find.ts'
import { prepareCase, type PreparedCase } from './cases/prepare.ts'
import { hashOutputs } from './judge/hash.ts'
import type { Value } from './protocol/values.ts'

const fixtures = fileURLToPath(new URL('../../../test-fixtures', import.meta.url))
const further = process.env['DOTPLUS_CONFORMANCE']
const folders = [fixtures, ...(further === undefined ? [] : [further])]
const workerFile = new URL('worker.js', import.meta.resolve('@dotplus/node'))

const kernels = compressedKernels({
  text: (digits, encoding) => Buffer.from(digits, encoding),
  brotli: brotliDecompressSync,
})

type Port = ReturnType<NonNullable<InstantiateOptions['startThread']>>

/** Workers that go from model to model: a thread whose model has ended listens again. */
const idle: Worker[] = []

function startThread(): Port {
  const worker = idle.pop() ?? new Worker(workerFile)
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.once('message', listener),
    onError: () => undefined,
    terminate: () => void idle.push(worker),
  }
}

afterAll(async () => {
  await Promise.all(idle.map((worker) => worker.terminate()))
})

/** What the outputs of all calls hash to; every op is shared, however small. */
async function hashWith(prepared: PreparedCase, threads: number, shared: Set<string>) {
  const model = await instantiate(decode(prepared.model.slice()), kernels, {
    threads,
    startThread,
    shareFrom: 0,
  })
  try {
    expect(model.explain().threads).toBe(threads)
    const calls = prepared.data.inputs.map((inputs) => {
      const prediction = model.predict(inputs as Parameters<typeof model.predict>[0])
      for (const { kind, parts } of model.explain().plan) if (parts > 1) shared.add(kind)
      return 'data' in prediction
        ? [prediction as unknown as Value]
        : (Object.values(prediction) as Value[])
    })
    return hashOutputs(calls)
  } finally {
    model.dispose()
  }
}

test('every case gives the same bits on 1, 2 and 3 threads', { timeout: 300_000 }, async () => {
  const shared = new Set<string>()
  let compared = 0
  const different: string[] = []
  for (const folder of folders) {
    for (const found of await findCases({ name: '', folder })) {
      const prepared = await prepareCase(found).catch(() => undefined)
      if (!prepared) continue
      let one: string
      try {
        one = await hashWith(prepared, 1, shared)
      } catch {
        // What one thread cannot run either is among the known gaps.
        continue
      }
      compared += 1
      for (const threads of [2, 3])
        if ((await hashWith(prepared, threads, shared)) !== one)
          different.push(`${found.name}: ${threads} threads`)
    }
  }
  expect(different).toEqual([])
  expect(compared).toBeGreaterThan(150)
  // Rows of many kinds were really shared.
  for (const kind of ['dense', 'conv', 'depthwise', 'max-pool', 'matmul', 'softmax', 'add'])
    expect(shared).toContain(kind)
})
