import { basename, dirname, extname, join, resolve } from 'node:path'
import { Command } from 'commander'
import { encodePieces, UsageError, type Model } from '@dotplus/core'
import { inputFiles } from '../files/input-files.ts'
import { writeOutput } from '../files/output-file.ts'
import { modelParameters } from '../inspect/parameters.ts'
import { addModelOptions } from '../model/model-options.ts'
import { convertFiles, type ConvertFilesOptions } from '../model/read-model.ts'
import { formatBytes, plural } from '../terminal/numbers.ts'
import { progressOn } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { examples } from './examples.ts'

interface ConvertOptions extends ConvertFilesOptions {
  readonly output?: string
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
  return addModelOptions(command)
    .addHelpText(
      'after',
      examples([
        ['dotplus convert model.keras', 'writes model.dotplus'],
        ['dotplus convert model.h5 -o net.dotplus --cases io.npz', 'with evidence inside'],
        ['dotplus convert model.json model.weights.h5', 'architecture and weights apart'],
        ['dotplus convert weights.npz --dense relu,relu,linear', 'arrays without an architecture'],
        ['dotplus convert exports/ --layers spec.json', 'a folder of .npy files'],
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
  const model = await convertFiles(paths, options, (done, total) =>
    progress.show(`${done} of ${plural(total, 'tensor')}`),
  ).finally(() => progress.clear())
  const byteLength = await writeOutput(output, async (append) => {
    for (const piece of encodePieces(model)) await append(piece)
  })
  terminal.print(`${output}: ${describe(model)}, ${formatBytes(byteLength)}`)
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
