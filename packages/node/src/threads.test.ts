import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { InputError, load, RuntimeError } from '@dotplus/node'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { denseBytes, denseModel, embeddingModel, expectedOf } from '../test/dense-model.ts'

const rows = 2 ** 15
const long = Float32Array.from({ length: 4 * rows }, (_, i) => i % 13)
const expected = expectedOf(long).join()

afterEach(() => {
  vi.restoreAllMocks()
})

/** The workers that are started from now on. */
function watchWorkers(): Worker[] {
  return vi.spyOn(Worker.prototype, 'postMessage').mock.contexts as Worker[]
}

const exitOf = (worker: Worker): Promise<number> =>
  new Promise((resolve) => worker.once('exit', resolve))

describe('threads', () => {
  it.each([2, 3, 5])('%i of them give what one gives', async (threads) => {
    using model = await load(denseModel(), { threads })
    expect(model.explain()).toMatchObject({ threads, requestedThreads: threads, notes: [] })
    expect(model.predict(long).data.join()).toBe(expected)
    expect(model.explain().plan[0]?.parts).toBeGreaterThan(1)
    expect(model.predict(long.subarray(0, 4)).data).toEqual(expectedOf(long.subarray(0, 4)))
    expect(model.explain().plan[0]?.parts).toBe(1)
  })

  it('are those of a model in a worker too', async () => {
    using model = await load(denseModel(), { threads: 2, worker: true })
    expect((await model.predict(long)).data.join()).toBe(expected)
    expect(model.explain()).toMatchObject({ threads: 2, notes: [] })
  })

  it('give the caller’s arrays back filled', async () => {
    using model = await load(denseModel(), { threads: 2 })
    const out = new Float32Array(3 * rows)
    for (let i = 0; i < 3; i++) expect(model.predict(long, { out }).data).toBe(out)
    expect(out.join()).toBe(expected)
  })

  it('tell the first value that cannot be used, as one thread does', async () => {
    using one = await load(embeddingModel())
    using two = await load(embeddingModel(), { threads: 2 })
    const indices = new Float32Array(4 * 4096)
    indices[4 * 4096 - 1] = 9
    indices[9000] = 7
    expect(() => one.predict(indices)).toThrow(InputError)
    const [alone, shared] = [one, two].map((model) => {
      try {
        return model.predict(indices)
      } catch (error) {
        return error as InputError
      }
    })
    expect(shared).toBeInstanceOf(InputError)
    expect((shared as InputError).message).toBe((alone as InputError).message)
    expect((shared as InputError).message).toContain('got 7')
    indices.fill(3)
    expect(two.predict(indices).data[64]).toBe(192)
  })

  it('are fewer when one is killed between calls, and the model says so', async () => {
    const workers = watchWorkers()
    using model = await load(denseModel(), { threads: 3 })
    await Promise.all([exitOf(workers[0] as Worker), workers[0]?.terminate()])
    expect(model.predict(long).data.join()).toBe(expected)
    expect(model.explain()).toMatchObject({ threads: 2, requestedThreads: 3 })
    expect(model.explain().notes).toEqual([
      'Runs on 2 of 3 threads: the worker exited with code 1.',
    ])
  })

  it('end with the model', async () => {
    const workers = watchWorkers()
    const model = await load(denseModel(), { threads: 3 })
    const exits = workers.map(exitOf)
    expect(exits).toHaveLength(2)
    model.predict(long)
    model.dispose()
    model.dispose()
    await Promise.all(exits)
    expect(() => model.predict(long)).toThrow(RuntimeError)
  })

  it('end with a load that fails', async () => {
    const workers = watchWorkers()
    const broken = denseModel()
    const [weights] = broken.tensors
    const tensors = [{ ...(weights as (typeof broken.tensors)[0]), shape: [2, 6] }]
    await expect(load({ ...broken, tensors }, { threads: 2 })).rejects.toThrow('shape')
    await Promise.all(workers.filter(({ threadId }) => threadId >= 0).map(exitOf))
  })

  it('do not keep a process alive', async () => {
    const program = `
      import { load } from '@dotplus/node'
      const model = await load(Buffer.from('${Buffer.from(denseBytes()).toString('base64')}', 'base64'), { threads: 3 })
      console.log(...model.predict([1, 2, 3, 4]).data)
    `
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', program],
      { cwd: import.meta.dirname, timeout: 20_000 },
    )
    expect(stdout.trim()).toBe([...expectedOf([1, 2, 3, 4])].join(' '))
  })
})
