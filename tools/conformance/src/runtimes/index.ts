import { bun } from './bun.ts'
import { chromium } from './chromium/chromium.ts'
import { currentNode } from './current-node.ts'
import { deno } from './deno.ts'
import { node24 } from './node24.ts'
import type { Runtime } from './runtime.ts'

/** Every runtime the cases must pass on, with the same bits. */
export const runtimes: readonly Runtime[] = [currentNode, node24, deno, bun, chromium]
