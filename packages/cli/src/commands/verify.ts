import { Command, InvalidArgumentError, Option } from 'commander'
import { InputError, UnsupportedError } from '@dotplus/core'
import type { Precision } from '@dotplus/node'
import { exitCode } from '../exit-code.ts'
import { addModelOptions, type ModelOptions } from '../model/model-options.ts'
import { formatCount, formatError, plural } from '@dotplus/inspect'
import { progressOn } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { findCases, type FoundCase } from '../verify/find-cases.ts'
import {
  isOtherRuntime,
  otherRuntimes,
  runInOtherRuntime,
  withoutRuntime,
} from '../verify/other-runtime.ts'
import { runCase, type CaseOutcome } from '../verify/run-case.ts'
import { examples } from './examples.ts'
import { precisionOption } from './precision-option.ts'

const ownRuntime = 'node'
const runtimes = [ownRuntime, ...otherRuntimes]

interface VerifyOptions extends ModelOptions {
  readonly cases?: string
  readonly rtol?: number
  readonly atol?: number
  readonly precision: Precision
  readonly runtime: string
  readonly json?: boolean
}

export function verifyCommand(terminal: Terminal): Command {
  const command = new Command('verify')
    .summary('compare with what Keras answered')
    .description(
      'Replays recorded inputs and compares the outputs with what Keras answered.\n\n' +
        'PATH is a model with its cases (embedded by `convert --cases`, or in an io.npz beside it), or a folder: every folder ' +
        'below it that holds a model and an io.npz is a case. An output passes when |a−b| ≤ atol·max|b| + rtol·|b|, with ' +
        '1e-6 and 1e-5 for models that compute in float32. NaN equals NaN.',
    )
    .argument('<path...>', 'models or folders')
    .option('--cases <io.npz>', 'recorded in0… and out0…, for a single model')
    .option('--rtol <number>', 'relative bound in place of the default', parseBound)
    .option(
      '--atol <number>',
      'bound relative to the largest expected value, in place of the default',
      parseBound,
    )
    .addOption(precisionOption())
    .addOption(
      new Option('--runtime <runtime>', `where the models run: ${runtimes.join(', ')}`).default(
        ownRuntime,
      ),
    )
    .option('--json', 'print {passed, failed, cases: [{name, ok, maxAbs, maxUlp, reason}]}')
  return addModelOptions(command)
    .addHelpText(
      'after',
      examples([
        ['dotplus verify model.dotplus', 'the cases the model carries'],
        ['dotplus verify model.keras --cases io.npz', 'a Keras file against recorded arrays'],
        ['dotplus verify cases/ --json', 'a tree of case folders, for a script'],
      ]),
    )
    .action((paths: string[], options: VerifyOptions) =>
      options.runtime === ownRuntime
        ? verify(paths, options, terminal)
        : verifyElsewhere(options.runtime, argumentsOf(command), terminal),
    )
}

function parseBound(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value < Infinity) return value
  throw new InvalidArgumentError('Expected a number from 0, such as 1e-5.')
}

async function verify(
  paths: readonly string[],
  options: VerifyOptions,
  terminal: Terminal,
): Promise<void> {
  const found: FoundCase[] = []
  for (const path of paths) found.push(...(await findCases(path, options.cases)))
  const progress = progressOn(terminal)
  const results: CaseOutcome[] = []
  const started = performance.now()
  for (const [number, entry] of found.entries()) {
    const rate = (number / ((performance.now() - started) / 1000)).toFixed(1)
    const counts = `${formatCount(number)} of ${plural(found.length, 'case')}`
    progress.show(`${counts}, ${rate}/s`, number / found.length)
    for (const result of await runCase(entry, options)) {
      results.push(result)
      if (options.json) continue
      progress.clear()
      terminal.print(resultLine(result, terminal))
    }
  }
  progress.clear()
  if (results.length === 0) throw noCases(paths)
  const failed = results.filter((result) => !result.ok).length
  const passed = results.length - failed
  if (options.json) terminal.print(JSON.stringify({ passed, failed, cases: results.map(jsonCase) }))
  else terminal.print(totalLine(passed, failed, terminal))
  terminal.exitCode = failed > 0 ? exitCode.failedCheck : exitCode.ok
}

async function verifyElsewhere(
  runtime: string,
  args: readonly string[],
  terminal: Terminal,
): Promise<void> {
  if (!isOtherRuntime(runtime)) {
    throw new UnsupportedError('--runtime', {
      expected: runtimes.join(', '),
      got: runtime,
      hint: 'In a browser the inspector compares: dotplus view MODEL io.npz',
    })
  }
  const code = await runInOtherRuntime(runtime, withoutRuntime(args))
  terminal.exitCode = Object.values(exitCode).find((known) => known === code) ?? exitCode.badInput
}

/** What was typed after the name of the program. */
function argumentsOf(command: Command): readonly string[] {
  return (
    (command.parent as (Command & { readonly rawArgs: readonly string[] }) | null)?.rawArgs ?? []
  )
}

function noCases(paths: readonly string[]): InputError {
  return new InputError('no cases found', {
    file: paths.join(', '),
    expected: 'folders with a model and an io.npz, or a model converted with --cases',
  })
}

function resultLine({ name, ok, maxAbs, maxUlp, reason }: CaseOutcome, terminal: Terminal): string {
  if (!ok) return `${terminal.style('red', 'FAILED')}  ${name}: ${reason}`
  const figures = `max |Δ| ${formatError(maxAbs ?? NaN)}, ${formatCount(maxUlp ?? NaN)} ulp`
  return `${terminal.style('green', 'ok')}      ${name}  ${terminal.style('dim', figures)}`
}

function totalLine(passed: number, failed: number, terminal: Terminal): string {
  const passes = `${formatCount(passed)} passed`
  if (failed === 0) return terminal.style('green', passes)
  return `${passes}, ${terminal.style('red', `${formatCount(failed)} failed`)}`
}

/** JSON has no infinity and no undefined: what could not be measured is null. */
function jsonCase({ name, ok, maxAbs, maxUlp, reason }: CaseOutcome): object {
  return { name, ok, maxAbs: maxAbs ?? null, maxUlp: maxUlp ?? null, reason: reason ?? null }
}
