// Runs in Deno, with leave to read the jobs and nothing else: results go to standard output.
import { load } from '@dotplus/deno'
import { runJobs } from './run-jobs.ts'

declare const Deno: {
  readonly args: readonly string[]
  readFile(path: string): Promise<Uint8Array>
  readonly stdout: { write(bytes: Uint8Array): Promise<number> }
}

const [path = ''] = Deno.args
let rest = await runJobs(await Deno.readFile(path), load)
while (rest.byteLength > 0) rest = rest.subarray(await Deno.stdout.write(rest))
