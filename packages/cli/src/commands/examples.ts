/** The examples under a command's options, one per line: what to type, what it does. */
export function examples(lines: readonly (readonly [command: string, does: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  return [
    '',
    'Examples:',
    ...lines.map(([command, does]) => `  ${command.padEnd(width)}  ${does}`),
  ].join('\n')
}
