import type { HostId } from '../contestants/contestant.ts'
import { chromiumHost } from './chromium/chromium.ts'
import { commandLineHost } from './command-line.ts'
import type { Host } from './host.ts'

/** In the order of the report. */
export const hostIds: readonly HostId[] = ['node', 'chromium', 'node-20', 'deno', 'bun']

export async function openHost(id: HostId): Promise<Host> {
  return id === 'chromium' ? chromiumHost() : commandLineHost(id)
}
