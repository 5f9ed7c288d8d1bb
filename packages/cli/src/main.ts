import { runProgram } from './program.ts'
import { processTerminal } from './terminal/terminal.ts'

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

process.exitCode = await runProgram(process.argv.slice(2), processTerminal())
