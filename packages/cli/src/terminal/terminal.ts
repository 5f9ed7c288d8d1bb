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
const narrowest = 40

/** The process's own stdout and stderr. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process
  const isColoured = wantsColour(env, stdout)
  return {
    width: widthOf(env, stdout, stderr),
    interactive: stderr.isTTY && env['TERM'] !== 'dumb',
    exitCode: 0,
    write: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(text, (error) => (error ? reject(error) : resolve()))
      }),
    print: (line) => void stdout.write(`${line}\n`),
    writeError: (text) => void stderr.write(text),
    style: (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text),
  }
}

type Environment = Readonly<Record<string, string | undefined>>
type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>

/** `COLUMNS`, or those of the terminal; a pseudo-terminal may say that it has none. */
export function widthOf(env: Environment, ...streams: readonly Stream[]): number {
  const told = Number(env['COLUMNS'])
  const seen = streams.find(({ isTTY, columns }) => isTTY && columns > 0)?.columns
  const width = Number.isInteger(told) && told > 0 ? told : (seen ?? defaultWidth)
  return Math.max(narrowest, width)
}

/** `FORCE_COLOR` before `NO_COLOR` (https://no-color.org), as Node has it; without them colour on a terminal. */
export function wantsColour(env: Environment, { isTTY }: Pick<Stream, 'isTTY'>): boolean {
  const forced = env['FORCE_COLOR']
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return Boolean(isTTY) && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}
