import type { DescribedCommand } from './described-program.ts'

/** A script for bash 3.2 and newer. */
export function bashCompletion(commands: readonly DescribedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ short, long, choices }) => {
        const cases = [short, long].filter(Boolean).map((flag) => `'${name} ${flag}'`)
        // Without a list bash goes on to the names of files.
        const answer = choices.length > 0 ? `_dotplus_words '${choices.join(' ')}'` : ':'
        return `    ${cases.join(' | ')}) ${answer}; return ;;`
      }),
  )
  const flags = commands.map(({ name, options }) => {
    const words = options.flatMap(({ short, long }) => [long, ...(short ? [short] : [])])
    return `      ${name}) _dotplus_words '${words.join(' ')}' ;;`
  })
  const chosen = commands
    .filter(({ choices }) => choices.length > 0)
    .map(({ name, choices }) => `    ${name}) _dotplus_words '${choices.join(' ')}' ;;`)
  return `# Completion of dotplus for bash:  eval "$(dotplus completion bash)"
_dotplus_words() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$1" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
_dotplus() {
  local command=\${COMP_WORDS[1]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    _dotplus_words '${names} --help --version'
    return
  fi
  case "$command $previous" in
${values.join('\n')}
  esac
  case \${COMP_WORDS[COMP_CWORD]} in
    -*) case $command in
${flags.join('\n')}
    esac; return ;;
  esac
  case $command in
${chosen.join('\n')}
  esac
}
complete -o bashdefault -o default -F _dotplus dotplus
`
}
