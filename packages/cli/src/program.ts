import { Command, CommanderError } from 'commander'
import { benchCommand } from './commands/bench.ts'
import { completionCommand } from './commands/completion.ts'
import { convertCommand } from './commands/convert.ts'
import { doctorCommand } from './commands/doctor.ts'
import { examples } from './commands/examples.ts'
import { inspectCommand } from './commands/inspect.ts'
import { plotCommand } from './commands/plot.ts'
import { runCommand } from './commands/run.ts'
import { viewCommand } from './commands/view.ts'
import { verifyCommand } from './commands/verify.ts'
import { exitCode, type ExitCode } from './exit-code.ts'
import { failureText, oneLine } from './report-error.ts'
import { manualPage } from './terminal/manual-page.ts'
import type { Terminal } from './terminal/terminal.ts'
import { packageVersion } from './version.ts'

const commands = [
  convertCommand,
  runCommand,
  verifyCommand,
  inspectCommand,
  plotCommand,
  viewCommand,
  benchCommand,
  doctorCommand,
  completionCommand,
]

/**
 * Runs `dotplus` with the arguments after its name.
 *
 * @returns what the process should exit with; errors have been told on stderr, in one line
 */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    const program = createProgram(terminal)
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync([...argv], { from: 'user' })
    return terminal.exitCode
  } catch (error) {
    // The parser has told what it has to say already.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCode.ok : exitCode.badInput
    terminal.writeError(failureText(error))
    return exitCode.badInput
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('dotplus')
    .description(
      'Runs trained Keras models without Keras: converts, runs, verifies and inspects them.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help on a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(withHeadings(text.trimEnd(), terminal)),
      writeErr: (text) => terminal.writeError(text),
      outputError: (text, write) => write(`dotplus: ${oneLine(text).replace(/^error: /, '')}\n`),
      getOutHelpWidth: () => terminal.width,
    })
    .configureHelp({ formatHelp: manualPage })
    .addHelpText(
      'after',
      examples([
        ['dotplus convert model.keras', 'one file that runs everywhere'],
        ['dotplus run model.dotplus -i X.npy -o y.npy', 'predictions'],
        ['dotplus verify model.keras --cases io.npz', 'the same numbers as Keras?'],
        ['dotplus help run', 'all about one command'],
      ]),
    )
  for (const create of commands) program.addCommand(create(terminal).copyInheritedSettings(program))
  return program
}

/** Headings of a manual page stand out where there is colour. */
function withHeadings(text: string, terminal: Terminal): string {
  return text.replaceAll(/^[A-Z][A-Z ]+$/gm, (heading) => terminal.style('bold', heading))
}
