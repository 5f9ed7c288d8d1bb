// Runs in Node and Bun: jobs from the file named on the command line, results to standard output.
import { readFile } from 'node:fs/promises'
import { stdout } from 'node:process'
import { load } from '@dotplus/node'
import { runJobs } from './run-jobs.ts'

const jobs = await readFile(process.argv[2] ?? '')
stdout.write(await runJobs(jobs, load))
