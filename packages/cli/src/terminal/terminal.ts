import { styleText } from 'node:util'
import type { ExitCode } from '../exit-code.ts'

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

/** Where a command writes; injected, so that commands run in tests without a process of their own. */
export interface Terminal {
  /** Columns that output may take. */
  readonly width: number
  /** True when a person watches stderr, so that progress makes sense. */
  readonly interactive: boolean
  /** What the process will exit with once the command is done. */
  exitCode: ExitCode
  /** Writes to stdout as it is. */
  write(text: string | Uint8Array): Promise<void>
  /** One line to stdout. */
  print(line: string): void
  /** Writes to stderr as it is. */
  writeError(text: string): void
  /** `text` in a style where stdout shows colours, unchanged elsewhere. */
  style(style: Style, text: string): string
}

const defaultWidth = 80

/** The process's own stdout and stderr. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process
  return {
    // A pseudo-terminal may say that it has no columns.
    width: (stdout.isTTY && stdout.columns) || defaultWidth,
    interactive: stderr.isTTY,
    exitCode: 0,
    write: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => (error ? reject(error) : resolve()))
      }),
    print: (line) => void stdout.write(`${line}\n`),
    writeError: (text) => void stderr.write(text),
    style: (style, text) =>
      coloured(stdout) ? styleText(style, text, { validateStream: false }) : text,
  }
}

/** Colour only on a terminal that wants it: https://no-color.org. */
function coloured(stream: NodeJS.WriteStream): boolean {
  if (process.env['NO_COLOR'] || process.env['TERM'] === 'dumb') return false
  return stream.isTTY && stream.hasColors()
}
