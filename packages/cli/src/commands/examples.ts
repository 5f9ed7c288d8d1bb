/** The examples after a command's options: what each does, and what to type. */
export function examples(lines: readonly (readonly [command: string, does: string])[]): string {
  const texts = lines.map(([command, does]) => `  # ${does}\n  ${command}`)
  return ['', 'EXAMPLES', ...texts].join('\n')
}
