import { Command, Option } from 'commander'
import type { LoadedModel, Precision, Prediction } from '@dotplus/node'
import { dataFormats, requireFormat, standardStream, type DataFormat } from '../data/format.ts'
import { readInputs, type InputBatch } from '../data/input.ts'
import { outputWriter, type OutputWriter } from '../data/output.ts'
import { writeOutput, type Append } from '../files/output-file.ts'
import { addModelOptions, type ModelOptions } from '../model/model-options.ts'
import { loadModel } from '../model/load-model.ts'
import { withFile } from '../report-error.ts'
import { formatCount, namedOutputs, type NamedTensor } from '@dotplus/inspect'
import { progressOn } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { examples } from './examples.ts'
import { precisionOption } from './precision-option.ts'

interface RunOptions extends ModelOptions {
  readonly input: string
  readonly output: string
  readonly format?: DataFormat
  readonly precision: Precision
}

export function runCommand(terminal: Terminal): Command {
  const command = new Command('run')
    .summary('run a model on the rows of a file')
    .description(
      'Runs a model on the inputs in a file and writes its outputs.\n\n' +
        'MODEL is a .dotplus file or anything `dotplus convert` takes. Files are .npy (one array), .npz (in0, in1, … or by ' +
        'input name; out0, out1, … likewise), .csv (one row a line, the columns in the order of the inputs, a header row if ' +
        'the first line is not numbers) or .json (nested arrays, or an object by name). CSV to CSV runs in batches of ' +
        'bounded memory.',
    )
    .argument('<model...>', 'a .dotplus file, or a Keras export')
    .requiredOption('-i, --input <file>', 'inputs: .npy, .npz, .csv or .json; - is CSV from stdin')
    .requiredOption(
      '-o, --output <file>',
      'where the outputs go: .npy, .npz, .csv or .json; - is stdout',
    )
    .addOption(
      new Option('--format <format>', 'format of the output where its name does not say').choices(
        dataFormats,
      ),
    )
    .addOption(precisionOption())
  return addModelOptions(command)
    .addHelpText(
      'after',
      examples([
        ['dotplus run model.dotplus -i X.npy -o y.npy', 'NumPy in, NumPy out'],
        ['dotplus run model.keras -i rows.csv -o y.csv', 'straight from a Keras file'],
        ['dotplus run model.h5 -i rows.csv -o - | head', 'look at the first outputs'],
        [
          'dotplus run weights.npz --dense relu,linear -i X.npy -o y.json',
          'weights without an architecture',
        ],
      ]),
    )
    .action((model: string[], options: RunOptions) => run(model, options, terminal))
}

async function run(
  paths: readonly string[],
  options: RunOptions,
  terminal: Terminal,
): Promise<void> {
  const { input, output } = options
  const inputFormat = input === standardStream ? 'csv' : requireFormat(input, '--input')
  const outputFormat = options.format ?? outputFormatOf(output, inputFormat)
  using model = await loadModel(paths, options)
  // What is wrong with the input is found before there is an output.
  const batches = await started(readInputs(input, inputFormat, model.inputs))
  const predictAll = (append: Append): Promise<void> => {
    const writer = (named: boolean): OutputWriter =>
      outputWriter(outputFormat, { append, file: output, named })
    return predictBatches(model, batches, writer, { input, terminal })
  }
  if (output === standardStream) await predictAll((bytes) => terminal.write(bytes))
  else await writeOutput(output, predictAll)
}

function outputFormatOf(output: string, inputFormat: DataFormat): DataFormat {
  if (output !== standardStream) return requireFormat(output, '--output')
  return inputFormat === 'json' ? 'json' : 'csv'
}

/** The same items, the first of which is there already. */
async function started<Item>(items: AsyncGenerator<Item>): Promise<AsyncIterable<Item>> {
  const first = await items.next()
  return (async function* () {
    if (first.done) return
    yield first.value
    yield* items
  })()
}

async function predictBatches(
  model: LoadedModel<Prediction>,
  batches: AsyncIterable<InputBatch>,
  createWriter: (named: boolean) => OutputWriter,
  { input, terminal }: { input: string; terminal: Terminal },
): Promise<void> {
  const progress = progressOn(terminal)
  const started = performance.now()
  let writer: OutputWriter | undefined
  let rows = 0
  try {
    for await (const { inputs, named } of batches) {
      writer ??= createWriter(named)
      await writer.write(predict(model, inputs, input))
      rows += inputs[0]?.shape[0] ?? 0
      const rate = rows / ((performance.now() - started) / 1000)
      progress.show(`${formatCount(rows)} rows, ${formatCount(Math.round(rate))} rows/s`)
    }
    await writer?.finish()
  } finally {
    progress.clear()
  }
}

function predict(
  model: LoadedModel<Prediction>,
  inputs: InputBatch['inputs'],
  file: string,
): NamedTensor[] {
  let prediction: Prediction
  try {
    prediction = model.predict(inputs)
  } catch (error) {
    throw withFile(error, file)
  }
  return namedOutputs(model, prediction)
}
