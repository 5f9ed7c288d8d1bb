import { basename, dirname, extname, join, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { defaultShardSize, modelFiles, openConversion, type OutputFile } from '@dotplus/converter'
import { UsageError, type Model } from '@dotplus/core'
import { inputFiles } from '../files/input-files.ts'
import { isReplaceable, writeOutputs, type Part } from '../files/output-file.ts'
import { addModelOptions } from '../model/model-options.ts'
import { sha256, withConvertInput, type ConvertFilesOptions } from '../model/read-model.ts'
import { formatBytes, formatCount, modelParameters, plural } from '@dotplus/inspect'
import { progressOn } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { examples } from './examples.ts'

interface ConvertOptions extends ConvertFilesOptions {
  readonly output?: string
  readonly shardSize: number
  readonly weights: 'f32' | 'f16'
  readonly json?: boolean
}

export function convertCommand(terminal: Terminal): Command {
  const command = new Command('convert')
    .summary('turn a Keras export into a .dotplus file')
    .description(
      'Turns what Keras exported into one .dotplus file.\n\n' +
        'IN is a .keras file, an .h5 file, model.json with its .weights.h5, .npy files, an .npz, or a folder of these. The ' +
        'file appears complete or not at all.',
    )
    .argument('<in...>', 'the exported files, or their folder')
    .option('-o, --output <out.dotplus>', 'where to write; by default beside IN, under its name')
    .option('--cases <io.npz>', 'recorded in0…, out0… and layer:<name> to carry along for `verify`')
    .option('--name <name>', 'name of the model, in place of the one it has')
    .addOption(
      new Option(
        '--shard-size <size>',
        'largest file to write, e.g. 24MiB, 100MB or none; a larger model is split into shards beside it',
      )
        .argParser(parseSize)
        .default(defaultShardSize, '24MiB'),
    )
    .addOption(
      new Option('--weights <dtype>', 'f16 stores kernels and tables as float16, half as large')
        .choices(['f32', 'f16'])
        .default('f32'),
    )
    .option('--json', 'print {output, files, byteLength, layers, tensors, parameters, cases}')
  return addModelOptions(command)
    .addHelpText(
      'after',
      examples([
        ['dotplus convert model.keras', 'writes model.dotplus'],
        ['dotplus convert model.h5 -o net.dotplus --cases io.npz', 'with evidence inside'],
        ['dotplus convert model.json model.weights.h5', 'architecture and weights apart'],
        ['dotplus convert weights.npz --dense relu,relu,linear', 'arrays without an architecture'],
        ['dotplus convert exports/ --layers spec.json', 'a folder of .npy files'],
        ['dotplus convert model.keras --weights f16', 'half the size, 3 digits of every weight'],
      ]),
    )
    .action((paths: string[], options: ConvertOptions) => convert(paths, options, terminal))
}

async function convert(
  paths: readonly string[],
  options: ConvertOptions,
  terminal: Terminal,
): Promise<void> {
  const output = options.output ?? defaultOutput(paths)
  await refuseOverwriting(output, paths, options)
  const progress = progressOn(terminal)
  const started = performance.now()
  let bytes = 0
  const onProgress = (done: number, total: number): void => {
    const rate = formatBytes(bytes / ((performance.now() - started) / 1000))
    progress.show(`${formatCount(done)} of ${plural(total, 'tensor')}, ${rate}/s`, done / total)
  }
  // A pipe takes one file.
  const shardSize = (await isReplaceable(output)) ? options.shardSize : Infinity
  const { weights } = options
  const written = await withConvertInput(paths, options, async (sources, converting) => {
    const conversion = await openConversion(sources, { ...converting, onProgress })
    const files = modelFiles(conversion, { name: basename(output), shardSize, weights, sha256 })
    const parts = new PartsBeside(output, files, (length) => (bytes += length))
    const byteLength = await writeOutputs(parts)
    return { model: conversion.model, byteLength, names: parts.names }
  }).finally(() => progress.clear())
  if (options.json) {
    terminal.print(JSON.stringify(jsonConversion(written, output)))
    return
  }
  const shards = written.names.length > 1 ? ` in ${plural(written.names.length, 'file')}` : ''
  const size = formatBytes(written.byteLength)
  terminal.print(`${output}: ${describe(written.model)}, ${size}${shards}`)
}

/** The files of a model with their paths: the model's own as it was asked for, shards beside it. */
class PartsBeside {
  readonly names: string[] = []
  readonly #output: string
  readonly #files: AsyncIterable<OutputFile>
  readonly #onBytes: (length: number) => void

  /** @param onBytes told of every piece that is written */
  constructor(output: string, files: AsyncIterable<OutputFile>, onBytes: (length: number) => void) {
    this.#output = output
    this.#files = files
    this.#onBytes = onBytes
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Part> {
    for await (const { name, pieces } of this.#files) {
      this.names.push(name)
      yield { path: join(dirname(this.#output), name), pieces: this.#counted(pieces) }
    }
  }

  async *#counted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      this.#onBytes(piece.byteLength)
      yield piece
    }
  }
}

interface Written {
  readonly model: Model
  readonly byteLength: number
  /** Of the files, the model's own last. */
  readonly names: readonly string[]
}

function jsonConversion({ model, byteLength, names }: Written, output: string): object {
  return {
    output,
    files: names.map((name) => join(dirname(output), name)),
    byteLength,
    layers: model.layers.length,
    tensors: model.tensors.length,
    parameters: modelParameters(model).count,
    cases: model.cases.length,
  }
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
}

/** Bytes: "24MiB", "100MB", "65536", or "none" for no limit. */
function parseSize(text: string): number {
  if (text === 'none') return Infinity
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]i?|)b?$/i.exec(text)
  const size = Math.floor(Number(match?.[1]) * (units[match?.[2]?.toLowerCase() ?? ''] ?? NaN))
  if (size > 0) return size
  throw new InvalidArgumentError('Expected a size such as 24MiB, 100MB or none.')
}

/** `model.keras` → `model.dotplus` beside it; several files are named by their model.json. */
function defaultOutput(paths: readonly string[]): string {
  const path = paths.length === 1 ? paths[0] : paths.find((file) => file.endsWith('.json'))
  if (path === undefined) {
    throw new UsageError('no name to write to', {
      expected: '-o OUT.dotplus',
      got: `${paths.length} files`,
    })
  }
  const full = resolve(path)
  const name = basename(full, extname(full)).replace(/\.weights$/, '')
  return join(dirname(path), `${name}.dotplus`)
}

async function refuseOverwriting(
  output: string,
  paths: readonly string[],
  { cases }: ConvertOptions,
): Promise<void> {
  const files = [...(await inputFiles(paths)), ...(cases === undefined ? [] : [cases])]
  if (files.some((file) => resolve(file) === resolve(output))) {
    throw new UsageError('the output would replace an input', {
      file: output,
      hint: 'Name another one with -o',
    })
  }
}

function describe(model: Model): string {
  const cases = model.cases.length > 0 ? [plural(model.cases.length, 'case')] : []
  const { count } = modelParameters(model)
  return [plural(model.layers.length, 'layer'), plural(count, 'parameter'), ...cases].join(', ')
}
