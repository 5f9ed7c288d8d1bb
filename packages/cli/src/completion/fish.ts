import type { DescribedCommand } from './described-program.ts'

/** A script for fish. */
export function fishCompletion(commands: readonly DescribedCommand[]): string {
  const lines = ['# Completion of dotplus for fish:  dotplus completion fish | source']
  for (const { name, about, options, choices } of commands) {
    lines.push(`complete -c dotplus -n __fish_use_subcommand -f -a ${name} -d ${quoted(about)}`)
    const within = `complete -c dotplus -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`
    if (choices.length > 0) lines.push(`${within} -f -a ${quoted(choices.join(' '))}`)
    for (const option of options) {
      const short = option.short ? ` -s ${option.short.slice(1)}` : ''
      const list = option.choices.length > 0 ? ` -x -a ${quoted(option.choices.join(' '))}` : ' -r'
      const value = option.takesValue ? list : ''
      lines.push(`${within}${short} -l ${option.long.slice(2)}${value} -d ${quoted(option.about)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
