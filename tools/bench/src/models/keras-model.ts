import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { convert, sourceFromBytes } from '@dotplus/converter'
import { encode } from '@dotplus/core'
import { runPython } from '../python.ts'
import type { BenchModel, InputDtype, PreparedModel, WorkloadSpec } from './model.ts'

/** What `python/make_models.py` says it made. */
interface Meta {
  readonly title: string
  readonly inputShape: readonly number[]
  readonly inputDtype: InputDtype
  readonly outputShape: readonly number[]
  readonly sampleCount: number
  readonly files: {
    readonly keras: string
    readonly onnx?: string
    readonly tflite?: Readonly<Record<string, string>>
    readonly tfjs?: string
  }
  readonly failures: Readonly<Record<string, string>>
}

/**
 * A model that real Keras makes on demand, with seeded random weights.
 *
 * @param callsPerSample of one row, so that a sample is long beside the clock's resolution
 */
export function kerasModel(name: string, title: string, callsPerSample: number): BenchModel {
  return {
    name,
    title,
    async prepare(folder, log) {
      const metaFile = path.join(folder, 'meta.json')
      if (!existsSync(metaFile)) {
        log(`Making ${title} with Keras …`)
        runPython(['make_models.py', name, folder], log)
      }
      const meta = JSON.parse(await readFile(metaFile, 'utf8')) as Meta
      const at = (file: string): string => path.join(folder, file)
      const { keras, onnx, tflite, tfjs } = meta.files
      return {
        name,
        title,
        inputShape: meta.inputShape,
        inputDtype: meta.inputDtype,
        outputShape: meta.outputShape,
        sampleCount: meta.sampleCount,
        workloads: workloads(callsPerSample),
        missing: meta.failures,
        files: {
          inputs: at('inputs.bin'),
          expected: at('expected.f32'),
          truth: at('truth.f64'),
          // Converted anew in every run: the converter and the format are part of what is measured.
          dotplus: await converted(at(keras), at('model.dotplus')),
          ...(onnx === undefined ? {} : { onnx: at(onnx) }),
          ...(tfjs === undefined ? {} : { tfjs: at(tfjs) }),
          ...(tflite === undefined ? {} : { tflite: mapValues(tflite, at) }),
        },
      } satisfies PreparedModel
    },
  }
}

function workloads(callsPerSample: number): WorkloadSpec[] {
  return [
    { title: 'batch 1', rows: 1, callsPerSample, unit: 'ms' },
    { title: 'batch 16', rows: 16, callsPerSample: 1, unit: 'ms' },
  ]
}

async function converted(keras: string, file: string): Promise<string> {
  const model = await convert(sourceFromBytes(path.basename(keras), await readFile(keras)))
  await writeFile(file, encode(model))
  return file
}

function mapValues(
  record: Readonly<Record<string, string>>,
  map: (value: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
