import { Argument, Command } from 'commander'
import { bashCompletion } from '../completion/bash.ts'
import { describedProgram, type DescribedCommand } from '../completion/described-program.ts'
import { fishCompletion } from '../completion/fish.ts'
import { zshCompletion } from '../completion/zsh.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { examples } from './examples.ts'

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }
type Shell = keyof typeof scripts

export function completionCommand(terminal: Terminal): Command {
  const command = new Command('completion')
  return command
    .summary('print what makes a shell complete this command')
    .description(
      'Prints a script after which the shell completes commands, options, their values and the names of files.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      examples([
        ['eval "$(dotplus completion bash)"', 'in ~/.bashrc'],
        ['eval "$(dotplus completion zsh)"', 'in ~/.zshrc, after compinit'],
        ['dotplus completion fish > ~/.config/fish/completions/dotplus.fish', 'once'],
      ]),
    )
    .action((shell: Shell) => {
      const commands: DescribedCommand[] = command.parent ? describedProgram(command.parent) : []
      terminal.print(scripts[shell](commands).trimEnd())
    })
}
