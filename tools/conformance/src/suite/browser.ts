// Runs in a page: jobs and results go over HTTP to the server the page came from.
import { load } from '@dotplus/browser'
import { runJobs } from './run-jobs.ts'

const jobs = await fetch('jobs')
const body = await runJobs(new Uint8Array(await jobs.arrayBuffer()), load)
await fetch('results', { method: 'POST', body })
