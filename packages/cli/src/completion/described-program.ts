import type { Command, Option } from 'commander'

/** What a shell has to know of an option. */
export interface DescribedOption {
  /** "-i"; undefined where it has a long name alone. */
  readonly short: string | undefined
  /** "--input" */
  readonly long: string
  readonly about: string
  readonly takesValue: boolean
  /** All values it takes; empty where they are not a list: a file, a number. */
  readonly choices: readonly string[]
}

export interface DescribedCommand {
  readonly name: string
  readonly about: string
  readonly options: readonly DescribedOption[]
  /** Values of its argument; empty where that is a file. */
  readonly choices: readonly string[]
}

/** The commands of a program, for the scripts that complete them. */
export function describedProgram(program: Command): DescribedCommand[] {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    about: command.summary(),
    options: command.createHelp().visibleOptions(command).map(describedOption),
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }))
  const names = commands.map(({ name }) => name)
  return [
    ...commands,
    { name: 'help', about: 'print help on a command', options: [], choices: names },
  ]
}

function describedOption(option: Option): DescribedOption {
  return {
    short: option.short,
    long: option.long ?? '',
    about: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  }
}
