// node node.js MODEL CYCLES; also for Bun
import { load } from '@dotplus/node'
import { measure } from './measure.ts'

await measure(load)
