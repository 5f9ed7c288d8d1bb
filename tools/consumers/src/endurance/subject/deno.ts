// deno run deno.js MODEL CYCLES
import { load } from '@dotplus/deno'
import { measure } from './measure.ts'

await measure(load)
