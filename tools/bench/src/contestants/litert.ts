import type { Contestant, Tensor, Workload } from './contestant.ts'

/** The part of @litertjs/core's API that is used here. */
interface LiteRt {
  loadLiteRt(folder: string, options: { threads: boolean }): Promise<unknown>
  loadAndCompile(model: Uint8Array, options: { accelerator: 'wasm' }): Promise<CompiledModel>
  readonly Tensor: new (data: Tensor['data'], shape: readonly number[]) => LiteRtTensor
}

interface LiteRtTensor {
  toTypedArray(): Float32Array
  delete(): void
}

interface CompiledModel {
  run(input: LiteRtTensor): Promise<LiteRtTensor[]>
  delete(): void
}

/** XNNPACK in WebAssembly; runs in pages only. A file fixes the number of rows. */
export const litert: Contestant = {
  id: 'litert',
  title: 'LiteRT.js (wasm)',
  packages: ['@litertjs/core'],
  isPeer: true,
  hosts: ['chromium'],
  threads: 1,
  bound: 'sanity',
  excluded: ({ files, missing }) => (files.tflite === undefined ? missing['tflite'] : undefined),

  async load(model, environment, rows) {
    const file = model.files.tflite?.[String(rows)]
    if (file === undefined) throw new Error(`no file for ${rows} rows`)
    const litertjs = await environment.importPeer<LiteRt>('@litertjs/core')
    await start(litertjs, `${environment.peerFolder('@litertjs/core')}../wasm/`)
    const compiled = await litertjs.loadAndCompile(await environment.readBytes(file), {
      accelerator: 'wasm',
    })
    return {
      bind: (batches) => bind(litertjs, compiled, batches),
      dispose: () => compiled.delete(),
    }
  },
}

let started: Promise<unknown> | undefined

/** Once per page: a second start is an error of its own. */
function start(litertjs: LiteRt, folder: string): Promise<unknown> {
  started ??= litertjs.loadLiteRt(folder, { threads: false })
  return started
}

function bind(litertjs: LiteRt, model: CompiledModel, batches: readonly Tensor[]): Workload {
  const predict = async (batch: Tensor): Promise<Float32Array> => {
    const x = new litertjs.Tensor(batch.data, batch.shape)
    const [y] = await model.run(x)
    x.delete()
    if (!y) throw new Error('no output')
    const data = y.toTypedArray()
    y.delete()
    return data
  }
  return {
    async outputs() {
      const results: Float32Array[] = []
      for (const batch of batches) results.push((await predict(batch)).slice())
      return results
    },
    async repeat(count) {
      let sum = 0
      for (let k = 0, next = 0; k < count; k++) {
        sum += (await predict(batches[next]!))[0]!
        if (++next === batches.length) next = 0
      }
      return sum
    },
  }
}
