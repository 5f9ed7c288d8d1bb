import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { convert, denseLayers, sourceFromBytes } from '@dotplus/converter'
import { encode, weightsOf, type Model } from '@dotplus/core'
import { load } from '@dotplus/node'
import { agreement, errorAgainst, hashOf, signedUlps } from './accuracy.ts'
import {
  exportPath,
  hiddenActivations,
  readExactPredictions,
  readInputs,
  readKerasPredictions,
  readProvenance,
  type HiddenActivation,
  type Provenance,
} from './fixtures.ts'
import { layerRows } from './layer-table.ts'
import { thisMachine } from './machine.ts'
import type { CallTimes, ModelResult, RouteResult, SampleResult, TimingRow } from './result.ts'
import { denseActivations, routes, type Route } from './routes.ts'
import { measure } from './timing.ts'

const columns = 4

/** Converts and runs both networks by every route. */
export async function runSample(): Promise<SampleResult> {
  const provenance = await readProvenance()
  const inputs = await readInputs()
  const models: ModelResult[] = []
  for (const hidden of hiddenActivations) models.push(await runModel(hidden, inputs, provenance))
  return {
    models,
    trainedBy: `Keras ${provenance.packages['keras']} (TensorFlow ${provenance.packages['tensorflow-cpu']})`,
    recordedOn: recordedMachine(provenance),
    ranOn: `Node ${process.versions.node} (${thisMachine()})`,
  }
}

async function runModel(
  hidden: HiddenActivation,
  inputs: Float32Array,
  provenance: Provenance,
): Promise<ModelResult> {
  const keras = await readKerasPredictions(hidden)
  const exact = await readExactPredictions(hidden)
  const converted = await Promise.all(routes.map((route) => convertRoute(route, hidden)))
  const [first] = converted as [Converted, ...Converted[]]
  const results: RouteResult[] = []
  for (const { route, model, modelBytes, exportedBytes, tensors } of converted) {
    using loaded = await load(model)
    const ours = loaded.predict(inputs).data
    results.push({
      title: route.title,
      files: route.files.length,
      exportedBytes,
      modelBytes,
      sameTensors: tensors === first.tensors,
      rows: ours.length,
      ...agreement(ours, keras),
      error: errorAgainst(exact, ours),
      hash: hashOf(ours),
    })
  }
  using loaded = await load(first.model)
  const ours = loaded.predict(inputs).data
  return {
    hidden,
    layers: layerRows(first.model),
    routes: results,
    kerasError: errorAgainst(exact, keras),
    pairs: Array.from(keras, (value, row) => ({ keras: value, ours: ours[row] as number })),
    ulps: signedUlps(ours, keras),
    timings: timingRows(measure(loaded, inputs, columns), hidden, provenance),
  }
}

interface Converted {
  readonly route: Route
  readonly model: Model
  readonly modelBytes: number
  readonly exportedBytes: number
  /** SHA-256 over all weights with their dtypes and shapes. */
  readonly tensors: string
}

async function convertRoute(route: Route, hidden: HiddenActivation): Promise<Converted> {
  const files = await Promise.all(route.files.map((file) => readFile(exportPath(hidden, file))))
  const sources = files.map((bytes, index) =>
    sourceFromBytes(basename(route.files[index] as string), bytes),
  )
  const model = await convert(
    sources,
    route.arraysOnly ? { layers: denseLayers(denseActivations(hidden)) } : {},
  )
  return {
    route,
    model,
    modelBytes: encode(model).byteLength,
    exportedBytes: files.reduce((sum, bytes) => sum + bytes.byteLength, 0),
    tensors: hashTensors(model),
  }
}

function hashTensors(model: Model): string {
  const hash = createHash('sha256')
  for (const layer of model.layers) {
    for (const { field, index } of weightsOf(layer)) {
      const tensor = model.tensors[index] as Model['tensors'][number]
      hash.update(`${field} ${tensor.dtype} ${tensor.shape.join()}\n`).update(tensor.data)
    }
  }
  return hash.digest('hex')
}

function recordedMachine({ cpu, packages }: Provenance): string {
  return `${cpu}; NumPy ${packages['numpy']}`
}

/** What was measured here beside the medians recorded with the fixtures. */
function timingRows(
  here: CallTimes,
  hidden: HiddenActivation,
  { cpu, models }: Provenance,
): TimingRow[] {
  const { rows_1: one, rows_100000: many } = models[hidden].timings_ms
  const recorded = (title: string, how: string, oneKey: string, manyKey: string): TimingRow => ({
    title,
    how,
    machine: cpu,
    oneRow: one[oneKey]?.median ?? NaN,
    manyRows: many[manyKey]?.median ?? NaN,
    measuredHere: false,
  })
  return [
    { title: 'dotplus', how: 'one thread', machine: thisMachine(), ...here, measuredHere: true },
    recorded('NumPy', 'float32', 'numpy', 'numpy'),
    recorded(
      'keras.predict',
      'one batch',
      'keras.predict batch_size=1',
      'keras.predict batch_size=100000',
    ),
    recorded('keras.predict', 'batches of 32', 'keras.predict', 'keras.predict'),
  ]
}
