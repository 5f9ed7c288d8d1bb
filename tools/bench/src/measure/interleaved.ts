import type { Workload } from '../contestants/contestant.ts'
import { reasonOf } from './reason.ts'

export interface Entrant {
  readonly id: string
  readonly workload: Workload
}

export interface InterleavedOptions {
  readonly rounds: number
  /** Untimed rounds before the first timed one. */
  readonly warmUpRounds: number
  /** Measured time of each contestant over all rounds. */
  readonly secondsEach: number
  /** Calls between two readings of the clock. */
  readonly callsPerSample: number
  readonly collectGarbage: () => void
  readonly onRound?: (round: number) => void
}

/** Untimed share of every turn: caches and branch predictors come back from the previous contestant. */
const REFILL_SHARE = 0.1

/**
 * Round-robin: in each round every contestant has one turn, and the one that starts moves on by one from round to
 * round, so that drift of the machine and whatever a neighbour leaves in the caches hit all alike.
 * Before each turn young garbage is collected, so that nobody pays for another's; a contestant's own garbage is
 * collected, and counted, in its own turn.
 *
 * @returns milliseconds per call, one number per sample, by contestant
 */
export async function measureInterleaved(
  entrants: readonly Entrant[],
  options: InterleavedOptions,
): Promise<Map<string, number[]>> {
  const samples = new Map(entrants.map(({ id }): [string, number[]] => [id, []]))
  const turnMs = (options.secondsEach * 1000) / options.rounds

  for (let round = -options.warmUpRounds; round < options.rounds; round++) {
    options.onRound?.(Math.max(0, round))
    const start = (round + options.warmUpRounds) % entrants.length
    for (let k = 0; k < entrants.length; k++) {
      const { id, workload } = entrants[(start + k) % entrants.length]!
      options.collectGarbage()
      const taken = await takeTurn(workload, options.callsPerSample, turnMs).catch((cause) => {
        throw new Error(`${id}, while timed: ${reasonOf(cause)}`, { cause })
      })
      if (round >= 0) samples.get(id)!.push(...taken)
    }
  }
  return samples
}

async function takeTurn(
  workload: Workload,
  callsPerSample: number,
  turnMs: number,
): Promise<number[]> {
  const refilled = await takeSamples(workload, callsPerSample, turnMs * REFILL_SHARE)
  // A call longer than a turn fills caches itself, and is too dear to be thrown away.
  if (refilled[0]! * callsPerSample > turnMs) return refilled
  return takeSamples(workload, callsPerSample, turnMs)
}

/** At least one sample, then as many as fit into `durationMs`. */
async function takeSamples(
  workload: Workload,
  callsPerSample: number,
  durationMs: number,
): Promise<number[]> {
  const taken: number[] = []
  let elapsed = 0
  while (elapsed < durationMs || taken.length === 0) {
    const start = performance.now()
    const pending = workload.repeat(callsPerSample)
    const sum = typeof pending === 'number' ? pending : await pending
    const sampleMs = performance.now() - start
    if (!Number.isFinite(sum)) throw new RangeError(`outputs sum to ${sum}`)
    taken.push(sampleMs / callsPerSample)
    elapsed += sampleMs
  }
  return taken
}
