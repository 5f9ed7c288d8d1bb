import { RuntimeError } from '@dotplus/core'
import { describe, expect, it } from 'vitest'
import type { KernelMemory } from '../memory.ts'
import { recordBytes } from '../program.ts'
import type { Port } from '../worker/port.ts'
import { LEFT } from './control.ts'
import { Team } from './team.ts'
import type { ThreadTask } from './thread.ts'

/** A team whose second thread only counts as ready, and the words it shares with it. */
async function teamOf(
  execute: (record: number, row: number, rows: number, words: Int32Array) => void,
  limit = 50,
): Promise<{ team: Team; fail: (what: string) => void }> {
  let words: Int32Array = new Int32Array(0)
  let fail: (what: string) => void = () => undefined
  let ready: () => void = () => undefined
  const start = (): Port => ({
    postMessage: (task) => {
      words = new Int32Array((task as ThreadTask).control)
      ready()
    },
    onMessage: (listener) => (ready = () => listener({ ready: true })),
    onError: (listener) => (fail = (what) => listener({ what })),
    terminate: () => undefined,
  })
  const exports = {
    execute: (record: number, row: number, rows: number) => execute(record, row, rows, words),
    fault: () => 640,
    faultValue: () => -3,
  }
  const memory = { exports, memory: undefined } as unknown as KernelMemory
  const module = undefined as unknown as WebAssembly.Module
  return { team: await Team.start(memory, module, 2, start, limit), fail: (what) => fail(what) }
}

const byRows = { chunks: 3, rows: 10, chunkRows: 4 }

describe('a team', () => {
  it('runs every part once, in order where it is alone', async () => {
    const ran: number[][] = []
    const { team } = await teamOf((...part) => void ran.push(part.slice(0, 3) as number[]))
    expect(team.threads).toBe(2)
    expect(team.run(128, 4096, byRows)).toBeUndefined()
    expect(ran).toEqual([
      [128, 0, 4],
      [128, 4, 4],
      [128, 8, 2],
    ])
    ran.length = 0
    team.run(128, 4096, { chunks: 2, rows: 10, chunkRows: 0 })
    expect(ran).toEqual([
      [128, 0, 10],
      [128 + recordBytes, 0, 10],
    ])
  })

  it('tells the earliest failure and goes on afterwards', async () => {
    let broken = true
    const { team } = await teamOf((_, row) => {
      if (broken && row > 0) throw new WebAssembly.RuntimeError(`row ${row}`)
    })
    expect(team.run(128, 4096, byRows)).toEqual({
      record: 640,
      thread: 0,
      value: -3,
      message: 'row 4',
    })
    broken = false
    expect(team.run(128, 4096, byRows)).toBeUndefined()
  })

  it('throws when a thread is gone with a part, then and later', async () => {
    const { team } = await teamOf((_, row, __, words) => {
      // The other thread takes the next part and never finishes it.
      if (row === 0) Atomics.sub(words, LEFT, 1)
    })
    expect(() => team.run(128, 4096, byRows)).toThrow(RuntimeError)
    expect(() => team.run(128, 4096, byRows)).toThrow('did not finish its part')
  })

  it('is smaller once a thread has failed', async () => {
    const { team, fail } = await teamOf(() => undefined)
    fail('the worker exited with code 1')
    expect(team.threads).toBe(1)
    expect(team.lost).toEqual(['the worker exited with code 1'])
  })
})
