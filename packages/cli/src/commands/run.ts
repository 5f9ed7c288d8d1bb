import { Command, InvalidArgumentError, Option } from 'commander'
import { UsageError } from '@dotplus/core'
import type { LoadedModel, Precision, Prediction } from '@dotplus/node'
import {
  formatBytes,
  formatCount,
  namedOutputs,
  plural,
  type HeaderRow,
  type InputBatch,
  type NamedTensor,
  type OnBadRow,
} from '@dotplus/inspect'
import { BadRows } from '../data/bad-rows.ts'
import { dataFormats, requireFormat, standardStream, type DataFormat } from '../data/format.ts'
import { readInputs, type ReadOptions } from '../data/input.ts'
import { withMissingRows } from '../data/missing-rows.ts'
import { outputWriter, type OutputWriter } from '../data/output.ts'
import { writeOutput, type Produce } from '../files/output-file.ts'
import { addModelOptions, type ModelOptions } from '../model/model-options.ts'
import { loadModel } from '../model/load-model.ts'
import { rowsPerCall } from '../model/rows-per-call.ts'
import { withFile } from '../report-error.ts'
import { progressOn, type Progress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { examples } from './examples.ts'
import { precisionOption } from './precision-option.ts'

interface RunOptions extends ModelOptions {
  readonly input: string
  readonly output: string
  readonly format?: DataFormat
  readonly precision: Precision
  readonly batchSize?: number
  readonly header: HeaderRow
  readonly onError: OnBadRow
  readonly json?: boolean
  readonly quiet?: boolean
}

export function runCommand(terminal: Terminal): Command {
  const command = new Command('run')
    .summary('run a model on the rows of a file')
    .description(
      'Runs a model on the inputs in a file and writes its outputs.\n\n' +
        'MODEL is a .dotplus file or anything `dotplus convert` takes. Files are .npy (one array), .npz (in0, in1, … or by ' +
        'input name; out0, out1, … likewise), .csv (one row a line, the columns in the order of the inputs) or .json ' +
        '(nested arrays, or an object by name).\n\n' +
        'Rows go through the model in batches, as in Keras’s predict. From .csv and .npy to .csv and .npy they are read and ' +
        'written as they come: a billion rows need the memory of a thousand. The output appears complete or not at all, also ' +
        'after Ctrl-C; how many rows it holds and how fast they came goes to stderr.',
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
    .addOption(
      new Option('--on-error <what>', 'what a row of CSV that cannot be read becomes')
        .choices(['fail', 'skip', 'null'])
        .default('fail'),
    )
    .addOption(
      new Option(
        '--header <row>',
        'whether the first row of CSV names the columns; auto: if it holds no number where numbers belong',
      )
        .choices(['auto', 'first', 'none'])
        .default('auto'),
    )
    .option(
      '-b, --batch-size <rows>',
      'rows per call (default: as many as 4 MiB hold, at most 8,192)',
      parseRows,
    )
    .addOption(precisionOption())
    .option(
      '--json',
      'print {rows, seconds, rowsPerSecond, peakMemory, badRows, problems} on stdout',
    )
    .option('-q, --quiet', 'do not tell how fast it was')
  return addModelOptions(command)
    .addHelpText(
      'after',
      examples([
        ['dotplus run model.dotplus -i X.npy -o y.npy', 'NumPy in, NumPy out'],
        ['dotplus run model.keras -i rows.csv -o y.csv', 'straight from a Keras file'],
        ['dotplus run model.h5 -i rows.csv -o - | head', 'look at the first outputs'],
        [
          'zcat rows.csv.gz | dotplus run model.keras -i - -o y.csv --on-error null',
          'rows that cannot be read become empty lines',
        ],
        [
          'dotplus run weights.npz --dense relu,linear -i X.npy -o y.json',
          'weights without an architecture',
        ],
      ]),
    )
    .action((model: string[], options: RunOptions) => run(model, options, terminal))
}

function parseRows(text: string): number {
  const rows = Number(text)
  if (Number.isSafeInteger(rows) && rows > 0) return rows
  throw new InvalidArgumentError('Expected a whole number from 1.')
}

async function run(
  paths: readonly string[],
  options: RunOptions,
  terminal: Terminal,
): Promise<void> {
  const { input, output, json, quiet } = options
  const inputFormat = input === standardStream ? 'csv' : requireFormat(input, '--input')
  const outputFormat = options.format ?? outputFormatOf(output, inputFormat)
  if (json && output === standardStream) {
    throw new UsageError('--json where the outputs go to stdout', {
      expected: 'a file for --output',
      got: output,
    })
  }
  using model = await loadModel(paths, options)
  const work = new Work(model, options, terminal)
  // What is wrong with the input is found before there is an output.
  const batches = await started(readInputs(input, inputFormat, model.inputs, work.reading))
  const produce: Produce = (append, overwrite) =>
    work.predictAll(batches.items, (named) =>
      outputWriter(outputFormat, { append, overwrite, file: output, named }),
    )
  try {
    if (output === standardStream) await produce((bytes) => terminal.write(bytes), undefined)
    else await writeOutput(output, produce)
  } finally {
    await batches.close()
  }
  if (json) terminal.print(JSON.stringify(work.report()))
  else if (!quiet) terminal.writeError(`${work.summary()}\n`)
}

function outputFormatOf(output: string, inputFormat: DataFormat): DataFormat {
  if (output !== standardStream) return requireFormat(output, '--output')
  return inputFormat === 'json' ? 'json' : 'csv'
}

/** The same items, the first of which is there already. */
async function started<Item>(
  generator: AsyncGenerator<Item>,
): Promise<{ items: AsyncIterable<Item>; close: () => Promise<unknown> }> {
  const first = await generator.next()
  const items = (async function* () {
    if (first.done) return
    yield first.value
    yield* generator
  })()
  return { items, close: () => generator.return(undefined) }
}

/** Batches through the model, with what is told of them. */
class Work {
  readonly reading: ReadOptions
  readonly #model: LoadedModel<Prediction>
  readonly #input: string
  readonly #badRows: BadRows
  readonly #onError: OnBadRow
  readonly #progress: Progress
  readonly #started = performance.now()
  #fraction: number | undefined
  #rows = 0

  constructor(model: LoadedModel<Prediction>, options: RunOptions, terminal: Terminal) {
    const { input, batchSize, header, onError } = options
    this.#model = model
    this.#input = input
    this.#onError = onError
    this.#progress = progressOn(terminal)
    this.#badRows = new BadRows(onError, (line) => {
      this.#progress.clear()
      terminal.writeError(`dotplus: ${line}\n`)
    })
    this.reading = {
      rowsPerCall: (rowShapes) => batchSize ?? rowsPerCall(model, rowShapes),
      header,
      onError,
      onBadRow: (error) => this.#badRows.add(error),
      onProgress: (fraction) => (this.#fraction = fraction),
    }
  }

  async predictAll(
    batches: AsyncIterable<InputBatch>,
    createWriter: (named: boolean) => OutputWriter,
  ): Promise<void> {
    let writer: OutputWriter | undefined
    let outputs: NamedTensor[] | undefined
    try {
      for await (const { inputs, named, missing } of batches) {
        const rows = inputs[0]?.shape[0] ?? 0
        // Without rows the outputs of the last call say what they would be.
        outputs =
          rows === 0 && missing.length > 0 && outputs
            ? outputs.map(withoutRows)
            : this.#predict(inputs)
        writer ??= createWriter(named)
        await writer.write(
          outputs.map((output) => withMissingRows(output, missing)),
          new Set(missing),
        )
        this.#rows += rows + missing.length
        const rate = `${formatCount(Math.round(this.#rate))} rows/s`
        this.#progress.show(`${formatCount(this.#rows)} rows, ${rate}`, this.#fraction)
      }
      await writer?.finish()
    } finally {
      this.#progress.clear()
    }
  }

  #predict(inputs: InputBatch['inputs']): NamedTensor[] {
    try {
      return namedOutputs(this.#model, this.#model.predict(inputs))
    } catch (error) {
      throw withFile(error, this.#input)
    }
  }

  get #seconds(): number {
    return (performance.now() - this.#started) / 1000
  }

  /** Rows per second. */
  get #rate(): number {
    return this.#rows / this.#seconds
  }

  summary(): string {
    const { count } = this.#badRows
    const bad = count > 0 ? `; ${plural(count, 'bad row')} ${fates[this.#onError]}` : ''
    const rate = formatCount(Math.round(this.#rate))
    const seconds = this.#seconds.toFixed(2)
    const memory = formatBytes(peakMemory())
    return `${plural(this.#rows, 'row')} in ${seconds} s, ${rate} rows/s, ${memory}${bad}`
  }

  report(): object {
    const { count, messages } = this.#badRows
    return {
      rows: this.#rows,
      seconds: this.#seconds,
      rowsPerSecond: this.#rate,
      peakMemory: peakMemory(),
      badRows: count,
      problems: messages,
    }
  }
}

const fates: Readonly<Record<OnBadRow, string>> = {
  fail: '',
  skip: 'skipped',
  null: 'answered with null',
}

/** Bytes that the process had in memory at most. */
function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024
}

function withoutRows(output: NamedTensor): NamedTensor {
  const { data, shape } = output
  return { ...output, data: data.slice(0, 0), shape: [0, ...shape.slice(1)] }
}
