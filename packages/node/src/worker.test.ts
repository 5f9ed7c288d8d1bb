import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { InputError, load, RuntimeError, UsageError, type Tensor } from '@dotplus/node'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { denseBytes, denseModel, expectedOf } from '../test/dense-model.ts'

const x = Float32Array.of(1, 2, 3, 4)
const longBatch = new Float32Array(4 * 2 ** 20)

afterEach(() => {
  vi.restoreAllMocks()
})

/** The thread under the model that is loaded next. */
function watchWorker(): () => Worker {
  const post = vi.spyOn(Worker.prototype, 'postMessage')
  return () => post.mock.contexts[0] as Worker
}

describe('a model in a worker', () => {
  it('is the same object but for its promises', async () => {
    using local = await load(denseModel())
    using model = await load(denseModel(), { worker: true })
    expect(model).toMatchObject({ name: local.name, inputs: local.inputs, outputs: local.outputs })
    expect(model.memory).toEqual(local.memory)
    expect(await model.predict(x)).toEqual(local.predict(x))
    expect(model.memory).toEqual(local.memory)
    expect(model.explain()).toEqual(local.explain())
    expect(await model.layerShapes([[2, 4]])).toEqual(local.layerShapes([[2, 4]]))
    await expect(model.resetState()).resolves.toBeUndefined()
    expect(await model.initialState(2)).toEqual(local.initialState(2))
    expect(await model.step(x, {})).toEqual(local.step(x, {}))
  })

  it('explains the plan of the latest call', async () => {
    using model = await load(denseModel(), { worker: true })
    for (const rows of [1, 2, 1]) {
      await model.predict(new Float32Array(4 * rows))
      expect(model.explain().planShapes).toEqual([[rows, 4]])
    }
  })

  it('answers 64 concurrent calls in order', async () => {
    using model = await load(denseModel(), { worker: true })
    const finished: number[] = []
    const results = await Promise.all(
      Array.from({ length: 64 }, async (_, i) => {
        const result = await model.predict(new Float32Array(4 * (1 + (i % 7))).fill(i))
        finished.push(i)
        return result.data
      }),
    )
    expect(finished).toEqual(Array.from({ length: 64 }, (_, i) => i))
    expect(results).toEqual(
      Array.from({ length: 64 }, (_, i) => expectedOf(new Float32Array(4 * (1 + (i % 7))).fill(i))),
    )
  })

  it('copies its inputs, whatever they are made of', async () => {
    using model = await load(denseModel(), { worker: true })
    const shared = new Float32Array(new SharedArrayBuffer(64), 16, 4)
    shared.set(x)
    const tensor = new (class {
      get data(): Float32Array {
        return x
      }
      get shape(): number[] {
        return [1, 4]
      }
    })()
    const inputs = [
      x,
      shared,
      tensor,
      [[1, 2, 3, 4]],
      [x],
      { x },
      Uint8Array.from(x),
      Buffer.from(x),
    ]
    for (const input of inputs) {
      expect((await model.predict(input)).data).toEqual(expectedOf(x))
    }
    expect(x).toEqual(Float32Array.of(1, 2, 3, 4))
  })

  it('fills the arrays it is given', async () => {
    using model = await load(denseModel(), { worker: true })
    const out = new Float32Array(3)
    expect((await model.predict(x, { out })).data).toBe(out)
    expect(out).toEqual(expectedOf(x))
    const dense = new Float32Array(3)
    expect((await model.predict(x, { out: { dense } })).data).toBe(dense)
    expect(dense).toEqual(expectedOf(x))
    await expect(model.predict(x, { out: new Float32Array(2) })).rejects.toBeInstanceOf(UsageError)
  })

  it('returns the layers asked for', async () => {
    using model = await load<Record<string, Tensor>>(denseModel(), { worker: true })
    const result = await model.predict(x, { layers: ['x'] })
    expect(result['x']).toEqual({ data: x, shape: [1, 4], dtype: 'float32' })
  })
})

describe('errors of a worker', () => {
  it('keep their class and fields', async () => {
    using model = await load(denseModel(), { worker: true })
    using local = await load(denseModel())
    const error: unknown = await model
      .predict(new Float32Array(5))
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(InputError)
    expect(() => local.predict(new Float32Array(5))).toThrow((error as InputError).message)
    expect(error).toMatchObject({ tag: 'InputError', place: 'input x', got: '5' })
    expect((await model.predict(x)).data).toEqual(expectedOf(x))
  })

  it('reject the load they belong to', async () => {
    const loading = load(denseBytes(), { worker: true, precision: 'rough' as 'fast' })
    await expect(loading).rejects.toBeInstanceOf(UsageError)
  })

  it('name what cannot be sent', async () => {
    using model = await load(denseModel(), { worker: true })
    await expect(model.predict([() => 1] as unknown as number[])).rejects.toBeInstanceOf(InputError)
    expect((await model.predict(x)).data).toEqual(expectedOf(x))
  })

  it('reject every call when the worker is killed', async () => {
    const worker = watchWorker()
    using model = await load(denseModel(), { worker: true })
    const calls = [model.predict(longBatch), model.predict(x), model.resetState()]
    void worker().terminate()
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: {
          tag: 'RuntimeError',
          what: 'the worker exited with code 1',
        },
      })
    }
  })

  it('end with the worker: the next call starts another', async () => {
    const worker = watchWorker()
    using model = await load(denseModel(), { worker: true })
    const lost = model.predict(longBatch)
    void worker().terminate()
    await expect(lost).rejects.toBeInstanceOf(RuntimeError)
    expect(() => model.explain()).toThrow('the worker exited')
    const calls = [model.predict(x), model.predict(x), model.resetState()]
    const [first, second] = await Promise.all(calls)
    expect(first).toMatchObject({ data: expectedOf(x) })
    expect(second).toEqual(first)
    expect(model.explain()).toMatchObject({ planShapes: [[1, 4]] })
  })

  it('are answered by another worker, whatever became of the signal that the model was loaded with', async () => {
    const worker = watchWorker()
    const stop = new AbortController()
    using model = await load(denseBytes(), { worker: true, signal: stop.signal })
    stop.abort(new Error('too late'))
    void worker().terminate()
    await expect(model.predict(x)).rejects.toBeInstanceOf(RuntimeError)
    expect(await model.predict(x)).toMatchObject({ data: expectedOf(x) })
  })

  it('end the model with the worker where its source was a stream', async () => {
    const worker = watchWorker()
    const stream = new Blob([new Uint8Array(denseBytes())]).stream()
    using model = await load(stream, { worker: true })
    void worker().terminate()
    const error = { tag: 'RuntimeError', hint: 'Load the model again' }
    await expect(model.predict(x)).rejects.toMatchObject(error)
    await expect(model.predict(x)).rejects.toMatchObject(error)
  })

  it('leave no worker behind when the model is disposed while another starts', async () => {
    const worker = watchWorker()
    const model = await load(denseModel(), { worker: true })
    void worker().terminate()
    await expect(model.predict(x)).rejects.toBeInstanceOf(RuntimeError)
    const call = model.predict(x)
    model.dispose()
    await expect(call).rejects.toThrow('used after dispose()')
    await expect(model.predict(x)).rejects.toThrow('used after dispose()')
  })

  it('reject every call when the worker crashes', async () => {
    const worker = watchWorker()
    using model = await load(denseModel(), { worker: true })
    worker().postMessage(null, [])
    await expect(model.predict(x)).rejects.toMatchObject({
      tag: 'RuntimeError',
      what: expect.stringContaining('the worker failed: '),
      cause: expect.any(TypeError),
    })
  })
})

describe('disposing', () => {
  it('rejects the calls on their way and later ones', async () => {
    const worker = watchWorker()
    const model = await load(denseModel(), { worker: true })
    const exited = new Promise((resolve) => worker().once('exit', resolve))
    const call = model.predict(longBatch)
    model.dispose()
    model.dispose()
    await expect(call).rejects.toMatchObject({ tag: 'RuntimeError', place: 'model tiny' })
    await expect(model.predict(x)).rejects.toThrow('used after dispose()')
    expect(() => model.memory).toThrow('used after dispose()')
    expect(await exited).toBe(1)
  })

  it('happens to a worker whose load is aborted', async () => {
    const worker = watchWorker()
    const stop = new AbortController()
    const loading = load(denseModel(), { worker: true, signal: stop.signal })
    await vi.waitFor(() => expect(worker()).toBeDefined(), { interval: 1 })
    const exited = new Promise((resolve) => worker().once('exit', resolve))
    stop.abort(new Error('enough'))
    await expect(loading).rejects.toThrow('enough')
    // 1 when it was running, 0 when it had not begun.
    expect([0, 1]).toContain(await exited)
  })
})

describe('a process', () => {
  const program = `
    import { load } from '@dotplus/node'
    const model = await load(Buffer.from('${Buffer.from(denseBytes()).toString('base64')}', 'base64'), { worker: true })
    await new Promise((resolve) => setTimeout(resolve, 50))
    console.log(...(await model.predict([1, 2, 3, 4])).data)
  `

  it('waits for pending calls of a worker and not for the worker', async () => {
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      timeout: 20_000,
    })
    expect(stdout.trim()).toBe([...expectedOf(x)].join(' '))
  })
})
