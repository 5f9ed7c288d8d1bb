import type { DescribedCommand, DescribedOption } from './described-program.ts'

/** A script for zsh, to be evaluated or put into the function path as _dotplus. */
export function zshCompletion(commands: readonly DescribedCommand[]): string {
  const names = commands.map(({ name, about }) => `    ${quoted(`${name}:${escaped(about, ':')}`)}`)
  const cases = commands.map(({ name, options, choices }) => {
    const argument =
      choices.length > 0
        ? `1:${name === 'help' ? 'command' : 'value'}:(${choices.join(' ')})`
        : '*:file:_files'
    const specs = [...options.map(optionSpec), quoted(argument)]
    return `    ${name}) _arguments -S ${specs.join(' \\\n      ')} ;;`
  })
  return `#compdef dotplus
# Completion of dotplus for zsh:  eval "$(dotplus completion zsh)", after compinit
_dotplus() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT -= 1 ))
  case $command in
${cases.join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _dotplus "$@"; else compdef _dotplus dotplus; fi
`
}

function optionSpec({ short, long, about, takesValue, choices }: DescribedOption): string {
  const text = `[${escaped(about, ':[]')}]`
  const value = takesValue
    ? choices.length > 0
      ? `:value:(${choices.join(' ')})`
      : ':value:_files'
    : ''
  if (!short) return quoted(`${long}${text}${value}`)
  return `${quoted(`(${short} ${long})`)}{${short},${long}}${quoted(`${text}${value}`)}`
}

function escaped(text: string, characters: string): string {
  return [...text].map((letter) => (characters.includes(letter) ? `\\${letter}` : letter)).join('')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
