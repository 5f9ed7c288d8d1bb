import { Command } from 'commander'
import { doctor as findProblems } from '@dotplus/converter'
import { exitCode } from '../exit-code.ts'
import { addModelOptions, type ModelOptions } from '../model/model-options.ts'
import { withConvertInput } from '../model/read-model.ts'
import { oneLine } from '../report-error.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { examples } from './examples.ts'

interface DoctorOptions extends ModelOptions {
  readonly json?: boolean
}

export function doctorCommand(terminal: Terminal): Command {
  const command = new Command('doctor')
    .summary('list everything that would stop a conversion')
    .description(
      'Lists everything that would stop a conversion, one line each with what to do. Exit code 2 if there is anything.',
    )
    .argument('<in...>', 'the exported files, or their folder')
    .option(
      '--json',
      'print {problems: [{kind, message, file, layer, place, expected, got, hint}]}',
    )
  return addModelOptions(command)
    .addHelpText(
      'after',
      examples([
        ['dotplus doctor model.keras', 'what is in the way'],
        ['dotplus doctor weights.npz --dense relu,linear', 'do these arrays fit these layers?'],
      ]),
    )
    .action((paths: string[], options: DoctorOptions) => doctor(paths, options, terminal))
}

async function doctor(
  paths: readonly string[],
  options: DoctorOptions,
  terminal: Terminal,
): Promise<void> {
  const problems = await withConvertInput(paths, options, findProblems)
  if (options.json) {
    const list = problems.map(({ tag, message, file, layer, place, expected, got, hint }) => ({
      kind: tag,
      message,
      file,
      layer,
      place,
      expected,
      got,
      hint,
    }))
    terminal.print(JSON.stringify({ problems: list }, undefined, 2))
  } else {
    for (const problem of problems) terminal.print(oneLine(problem.message))
    if (problems.length === 0) terminal.print(`${paths.join(', ')}: nothing stops the conversion`)
  }
  terminal.exitCode = problems.length > 0 ? exitCode.badInput : exitCode.ok
}
