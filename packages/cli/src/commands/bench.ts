import { cpus } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { formatCount, plural } from '@dotplus/inspect'
import type { InputValue, LoadedModel, Precision, Prediction } from '@dotplus/node'
import { measureColdStart } from '../bench/cold-start.ts'
import { measureLatency } from '../bench/latency.ts'
import { makeInputs } from '../bench/make-inputs.ts'
import { printReport, type BenchReport } from '../bench/report.ts'
import { requireFormat } from '../data/format.ts'
import { readInputs } from '../data/input.ts'
import { loadReadModel } from '../model/load-model.ts'
import { addModelOptions, type ModelOptions } from '../model/model-options.ts'
import { readModel } from '../model/read-model.ts'
import { progressOn } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { examples } from './examples.ts'
import { precisionOption } from './precision-option.ts'

interface BenchOptions extends ModelOptions {
  readonly batch: number
  readonly free: number
  readonly threads: number
  readonly seconds: number
  readonly precision: Precision
  readonly input?: string
  readonly profile?: boolean
  readonly coldStart: boolean
  readonly json?: boolean
}

export function benchCommand(terminal: Terminal): Command {
  const command = new Command('bench')
    .summary('measure how fast a model runs here')
    .description(
      'Measures latency, throughput, memory and cold start of a model on this machine, and with --profile each op: its ' +
        'time, its arithmetic and memory rates and their share of what the machine can do, measured in the same run.',
    )
    .argument('<model...>', 'a .dotplus file, or a Keras export')
    .option('-b, --batch <rows>', 'rows of a call where the model leaves them free', positive, 1)
    .option('--free <size>', 'size of other free dimensions, such as steps', positive, 64)
    .option('-i, --input <file>', 'inputs instead of made ones: .npy, .npz, .csv or .json')
    .option('-t, --threads <count>', 'threads to share large ops', positive, 1)
    .addOption(precisionOption())
    .option('--seconds <time>', 'how long to measure latency', seconds, 3)
    .option('--profile', 'times of every op')
    .option('--no-cold-start', 'do not start fresh processes')
    .option('--json', 'print the same as JSON')
  return addModelOptions(command)
    .addHelpText(
      'after',
      examples([
        ['dotplus bench model.dotplus', 'latency, memory, cold start'],
        ['dotplus bench model.keras --profile', 'where the time goes'],
        ['dotplus bench model.dotplus -b 16 -t 2 --json', 'a batch on two threads, for a script'],
      ]),
    )
    .action((model: string[], options: BenchOptions) => bench(model, options, terminal))
}

function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1.')
  return Number(text)
}

function seconds(text: string): number {
  const number = Number(text)
  if (!(number > 0 && number < 3600)) throw new InvalidArgumentError('Expected seconds.')
  return number
}

async function bench(
  paths: readonly string[],
  options: BenchOptions,
  terminal: Terminal,
): Promise<void> {
  const { precision, threads, free } = options
  const read = await readModel(paths, options)
  using model = await loadReadModel(read, precision, threads)
  const inputs = await inputsFor(model, options)
  const call = flat(model, inputs)
  const progress = progressOn(terminal)
  const latency = measureLatency(
    () => model.predict(call),
    options.seconds * 1000,
    (fraction, calls) => {
      const rate = formatCount(Math.round(calls / (fraction * options.seconds)))
      progress.show(`${plural(calls, 'call')}, ${rate}/s`, fraction)
    },
  )
  const explanation = model.explain()
  const batch = explanation.planShapes[0]?.[0] ?? 1
  if (options.profile) progress.show('timing every op')
  const profile = options.profile ? await model.profile(inputs) : undefined
  const onStart = (number: number, total: number): void =>
    progress.show(`cold start ${number} of ${total}`, (number - 1) / total)
  const report: BenchReport = {
    model: model.name || read.file,
    machine: cpus()[0]?.model ?? 'unknown processor',
    runtime: `Node ${process.versions.node}`,
    explanation,
    inputShapes: explanation.planShapes,
    batch,
    latency,
    throughput: (batch / latency.mean) * 1000,
    memory: model.memory,
    coldStart: options.coldStart
      ? await measureColdStart(read, { batch, free, precision, threads }, onStart)
      : undefined,
    profile,
  }
  progress.clear()
  if (options.json) terminal.print(JSON.stringify(report, undefined, 2))
  else printReport(report, terminal)
}

async function inputsFor(
  model: LoadedModel<Prediction>,
  { input, batch, free }: BenchOptions,
): Promise<InputValue[]> {
  if (input === undefined) return makeInputs(model.inputs, batch, free)
  for await (const { inputs } of readInputs(input, requireFormat(input, '--input'), model.inputs, {
    rowsPerCall: () => 8192,
  }))
    return [...inputs] as InputValue[]
  return []
}

/** A single input as the typed array alone where its length settles the shape: the shortest way into a call. */
function flat(model: LoadedModel<Prediction>, inputs: InputValue[]): InputValue | InputValue[] {
  const [only] = inputs
  const [signature] = model.inputs
  const isFlat = signature && signature.shape.filter((size) => size === null).length <= 1
  if (inputs.length !== 1 || !isFlat || typeof only !== 'object' || !('data' in only)) return inputs
  return only.data instanceof Float32Array ? only.data : inputs
}
