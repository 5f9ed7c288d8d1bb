import type { Contestant, DotplusModel, HostId, Tensor, Workload } from './contestant.ts'

const everywhere: readonly HostId[] = ['node', 'node-20', 'deno', 'bun', 'chromium']
const beside: readonly HostId[] = ['node', 'chromium']

export const dotplusExact: Contestant = dotplus('exact', 1, everywhere)
export const dotplusExactOut: Contestant = {
  ...dotplus('exact', 1, ['node', 'node-20', 'deno', 'bun'], bindOut),
  id: 'dotplus-exact-out',
  title: 'dotplus exact, into `out`',
  startsAlike: true,
}
export const dotplusFast: Contestant = dotplus('fast', 1, ['node', 'deno', 'chromium'])
export const dotplusExactTwo: Contestant = dotplus('exact', 2, everywhere)
export const dotplusFastTwo: Contestant = dotplus('fast', 2, beside)

type Bind = (model: DotplusModel, batches: readonly Tensor[]) => Workload

interface Prediction {
  readonly data: Float32Array
}

function dotplus(
  precision: 'exact' | 'fast',
  threads: number,
  hosts: readonly HostId[],
  bind: Bind = bindFresh,
): Contestant {
  return {
    id: `dotplus-${precision}${threads > 1 ? `-${threads}` : ''}`,
    title: `dotplus ${precision}${threads > 1 ? `, ${threads} threads` : ''}`,
    packages: ['@dotplus/node'],
    isPeer: false,
    hosts,
    threads,
    bound: precision === 'fast' ? 'fast' : 'strict',
    excluded: () => undefined,

    async load(model, environment) {
      const { load } = await environment.importDotplus()
      const loaded = await load(environment.fileAddress(model.files.dotplus), {
        precision,
        threads,
      })
      const runs = loaded.explain()
      if (runs.precision !== precision || runs.threads !== threads) {
        loaded.dispose()
        throw new Error(runs.notes.join(' '))
      }
      return { bind: (batches) => bind(loaded, batches), dispose: () => loaded.dispose() }
    },
  }
}

/** `predict(x)`: an answer in fresh arrays, as every peer gives it. */
function bindFresh(model: DotplusModel, batches: readonly Tensor[]): Workload {
  const inputs = batches.map((batch) => batch.data)
  return {
    outputs: async () => inputs.map((x) => (model.predict(x) as Prediction).data),
    repeat(count) {
      let sum = 0
      for (let k = 0, next = 0; k < count; k++) {
        sum += (model.predict(inputs[next]) as Prediction).data[0]!
        if (++next === inputs.length) next = 0
      }
      return sum
    },
  }
}

/** `predict(x, { out })`: the answer in the caller's array, nothing allocated. */
function bindOut(model: DotplusModel, batches: readonly Tensor[]): Workload {
  const inputs = batches.map((batch) => batch.data)
  const out = (model.predict(inputs[0]) as Prediction).data
  const options = { out }
  return {
    outputs: async () =>
      inputs.map((x) => {
        model.predict(x, options)
        return out.slice()
      }),
    repeat(count) {
      let sum = 0
      for (let k = 0, next = 0; k < count; k++) {
        model.predict(inputs[next], options)
        sum += out[0]!
        if (++next === inputs.length) next = 0
      }
      return sum
    },
  }
}
