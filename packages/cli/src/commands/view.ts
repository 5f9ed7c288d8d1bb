import { spawn } from 'node:child_process'
import { Command, InvalidArgumentError } from 'commander'
import { inputFiles } from '../files/input-files.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { serveInspector } from '../view/server.ts'
import { examples } from './examples.ts'

interface ViewOptions {
  readonly port?: number
  readonly browser: boolean
  readonly json?: boolean
}

export function viewCommand(terminal: Terminal): Command {
  return new Command('view')
    .summary('open a model in the inspector page')
    .description(
      'Serves the inspector and the model to this machine alone, under an address that nobody can guess, and opens it in the browser. Ends with Ctrl-C.',
    )
    .argument(
      '<model...>',
      'a .dotplus file with its parts, or a Keras export; an io.npz beside it is compared with',
    )
    .option('--port <port>', 'listen on this port instead of a free one', portOf)
    .option('--no-browser', 'only print the address')
    .option('--json', 'print {address}')
    .addHelpText(
      'after',
      examples([
        ['dotplus view model.keras', 'look into a model'],
        ['dotplus view model.keras io.npz', 'and compare it with what Keras answered'],
      ]),
    )
    .action((paths: string[], options: ViewOptions) => view(paths, options, terminal))
}

async function view(
  paths: readonly string[],
  { port, browser, json }: ViewOptions,
  terminal: Terminal,
): Promise<void> {
  const server = await serveInspector(await inputFiles(paths), port)
  terminal.print(json ? JSON.stringify({ address: server.address }) : server.address)
  if (browser) openBrowser(server.address)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  server.close()
}

/** Where no browser can be opened the printed address is the way. */
function openBrowser(address: string): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['explorer', address]
        : ['xdg-open', address]
  spawn(program, args, { stdio: 'ignore', detached: true })
    .once('error', () => undefined)
    .unref()
}

function portOf(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port
  throw new InvalidArgumentError('expected a number from 0 to 65535')
}
