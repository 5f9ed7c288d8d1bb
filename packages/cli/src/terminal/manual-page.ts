import type { Command, Help } from 'commander'
import { wrapped } from './wrap.ts'

const indent = 2

/** Help on a command in the order and under the headings of a manual page. */
export function manualPage(command: Command, helper: Help): string {
  const width = helper.helpWidth ?? 80
  const usage = helper.commandUsage(command)
  const name = usage.replace(/ \[.*$/, '').replace(/ <.*$/, '')
  const sections: (readonly [title: string, lines: readonly string[]])[] = [
    [
      'NAME',
      wrapped(`${name} - ${command.summary() || 'Keras models without Keras'}`, width, indent),
    ],
    ['SYNOPSIS', wrapped(usage, width, indent)],
    ['DESCRIPTION', wrapped(helper.commandDescription(command), width, indent)],
    [
      'COMMANDS',
      helper
        .visibleCommands(command)
        .flatMap((each) => entry(termOf(each, helper), helper.subcommandDescription(each), width)),
    ],
    [
      'ARGUMENTS',
      helper
        .visibleArguments(command)
        .flatMap((each) =>
          entry(helper.argumentTerm(each), helper.argumentDescription(each), width),
        ),
    ],
    [
      'OPTIONS',
      helper
        .visibleOptions(command)
        .flatMap((each) => entry(helper.optionTerm(each), helper.optionDescription(each), width)),
    ],
    [
      'EXIT STATUS',
      wrapped('0 done; 1 a check failed; 2 the arguments or files are at fault.', width, indent),
    ],
    ...(command.parent ? [] : [['ENVIRONMENT', environment(width)] as const]),
  ]
  return `${sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}\n${lines.join('\n')}`)
    .join('\n\n')}\n`
}

/** A command with its arguments: that it has options goes without saying. */
function termOf(command: Command, helper: Help): string {
  return helper.subcommandTerm(command).replace(' [options]', '')
}

function environment(width: number): string[] {
  return [
    ...entry('NO_COLOR, FORCE_COLOR', 'no colour, or colour in a pipe too', width),
    ...entry('COLUMNS', 'width of tables and help, in place of that of the terminal', width),
    ...entry('DOTPLUS_DEBUG', '1 adds the stack to an error', width),
  ]
}

const termWidth = 26

/** A term with what it means beside it, or below where the term is long. */
function entry(term: string, meaning: string, width: number): string[] {
  const isNarrow = width < 60
  const beside = isNarrow ? indent + 4 : indent + termWidth
  const lines = wrapped(meaning, width, beside)
  if (isNarrow || term.length > termWidth - 2) return [' '.repeat(indent) + term, ...lines]
  const [first = '', ...rest] = lines
  return [' '.repeat(indent) + term.padEnd(termWidth) + first.trimStart(), ...rest]
}
