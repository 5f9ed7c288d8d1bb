import type { Load } from '@dotplus/node'

/** `load` of any runtime, as far as the trials use it. */
export type AnyLoad = Load

const width = 1024
const rowOf = (value: number): Float32Array => new Float32Array(width).fill(value)

function same(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]))
}

/** Loads, predicts and disposes of the model `count` times. */
export async function cycle(load: AnyLoad, bytes: Uint8Array, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const model = await load(bytes)
    model.predict(rowOf(i % 7))
    model.dispose()
  }
}

/** Eight models side by side, called in turns, each answering as it would alone. */
export async function eightModels(load: AnyLoad, bytes: Uint8Array): Promise<void> {
  const models = await Promise.all(Array.from({ length: 8 }, () => load(bytes)))
  const alone = models[0]?.predict(rowOf(1)).data as Float32Array
  for (let turn = 0; turn < 3; turn++) {
    // Each model sees another row in each turn; one of them sees what `alone` saw.
    const answers = models.map((model, i) => model.predict(rowOf((i + turn) % 8)).data)
    if (!same(answers[(9 - turn) % 8] as Float32Array, alone)) {
      throw new Error('models disturb each other')
    }
  }
  for (const model of models) model.dispose()
}

/** 64 calls at once to a model in a worker: answered in order, none lost, each with its own numbers. */
export async function concurrentCalls(load: AnyLoad, bytes: Uint8Array): Promise<void> {
  const local = await load(bytes)
  const model = await load(bytes, { worker: true })
  const finished: number[] = []
  const answers = await Promise.all(
    Array.from({ length: 64 }, async (_, i) => {
      const { data } = await model.predict(rowOf(i))
      finished.push(i)
      return data
    }),
  )
  if (finished.some((number, i) => number !== i) || finished.length !== 64) {
    throw new Error(`answered in the order ${finished.join(', ')}`)
  }
  for (const [i, answer] of answers.entries()) {
    if (!same(answer, local.predict(rowOf(i)).data)) throw new Error(`call ${i} got another answer`)
  }
  model.dispose()
  local.dispose()
}

/** A worker that is killed: the calls on their way are rejected, the next one is answered by another worker. */
export async function killedWorker(
  load: AnyLoad,
  bytes: Uint8Array,
  kill: () => void,
): Promise<string> {
  const model = await load(bytes, { worker: true })
  const expected = (await model.predict(rowOf(1))).data
  const calls = Array.from({ length: 8 }, () => model.predict(new Float32Array(width * 512)))
  kill()
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('calls to a killed worker were never settled')), 10_000)
  })
  const settled = await Promise.race([Promise.allSettled(calls), late])
  const rejected = settled.filter(({ status }) => status === 'rejected')
  if (rejected.length === 0) throw new Error('no call was on its way when the worker was killed')
  for (const { reason } of rejected as PromiseRejectedResult[]) {
    if ((reason as { tag?: string }).tag !== 'RuntimeError') throw reason
  }
  const { data } = await model.predict(rowOf(1))
  if (!same(data, expected)) throw new Error('the next worker computes something else')
  model.dispose()
  return `${rejected.length} calls rejected (${String((rejected[0] as PromiseRejectedResult).reason)}), the next answered`
}
