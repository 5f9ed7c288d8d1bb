import type { Contestant, DotplusModel, Tensor, Workload } from './contestant.ts'

export const dotplusExact: Contestant = dotplus(
  'dotplus-exact',
  'dotplus exact',
  'exact',
  bindFresh,
)
export const dotplusExactOut: Contestant = dotplus(
  'dotplus-exact-out',
  'dotplus exact, into `out`',
  'exact',
  bindOut,
)
export const dotplusFast: Contestant = dotplus('dotplus-fast', 'dotplus fast', 'fast', bindFresh)

type Bind = (model: DotplusModel, batches: readonly Tensor[]) => Workload

interface Prediction {
  readonly data: Float32Array
}

function dotplus(id: string, title: string, precision: 'exact' | 'fast', bind: Bind): Contestant {
  return {
    id,
    title,
    packages: ['@dotplus/node'],
    isPeer: false,
    supports: () => true,

    async load(model, environment) {
      const { load } = await environment.importDotplus()
      const loaded = await load(model.files.dotplus, { precision, threads: 1 })
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
