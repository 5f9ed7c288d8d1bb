import type { PreparedCase } from '../cases/prepare.ts'
import type { Bundle } from '../protocol/bundle.ts'
import {
  runsIn,
  variants,
  type JobResult,
  type Precision,
  type ResultsHeader,
} from '../protocol/jobs.ts'
import { readValue, type Value } from '../protocol/values.ts'
import { firstMismatch, toleranceFor } from './compare.ts'
import { hashOutputs } from './hash.ts'

/** What a runtime made of one case. */
export interface Verdict {
  readonly case: string
  /** Undefined when the case passes. */
  readonly reason: string | undefined
  /** Over the outputs of the exact run; undefined where there are none. */
  readonly exactHash: string | undefined
  /** The build that the `fast` run used. */
  readonly fastRan: Precision | undefined
}

export function caseKey({ folder }: PreparedCase): string {
  return `${folder.collection}/${folder.name}`
}

/** Judges a runtime's results: right numbers in exact and fast, the same bits after save → load and on two threads. */
export function judge(
  cases: readonly PreparedCase[],
  { header, blobs }: Bundle<ResultsHeader>,
): Verdict[] {
  const results = new Map(
    header.results.map((result) => [`${result.case} ${result.variant}`, result]),
  )
  return cases.map((prepared, index) => {
    const key = caseKey(prepared)
    const wanted = variants.filter((variant) => runsIn(variant, index))
    const byVariant = wanted.map((variant) => results.get(`${key} ${variant}`))
    const [exact, reloaded, fast, threaded] = byVariant
    const reasons = byVariant.map((result, i) => {
      const reason = judgeRun(prepared, result, blobs)
      return reason && `${wanted[i]}: ${reason}`
    })
    const exactHash = hashOf(exact, blobs)
    if (exactHash !== hashOf(reloaded, blobs)) reasons.push('other bits after save → load')
    if (threaded && exactHash !== hashOf(threaded, blobs)) reasons.push('other bits on two threads')
    return {
      case: key,
      reason: reasons.find((reason) => reason !== undefined),
      exactHash,
      fastRan: fast && 'ran' in fast ? fast.ran : undefined,
    }
  })
}

function judgeRun(
  prepared: PreparedCase,
  result: JobResult | undefined,
  blobs: readonly Uint8Array[],
): string | undefined {
  if (!result) return 'no result'
  if ('error' in result) return result.error
  const tolerance = toleranceFor(prepared)
  for (const [call, expected] of prepared.data.outputs.entries()) {
    const got = result.calls[call]
    if (got?.length !== expected.length) {
      return `call ${call}: expected ${expected.length} outputs, got ${got?.length ?? 0}`
    }
    for (const [index, output] of expected.entries()) {
      const stored = got[index]
      const mismatch = stored && firstMismatch(readValue(stored, blobs), output, tolerance)
      if (mismatch) return `call ${call}, output ${index}: ${mismatch}`
    }
  }
  return undefined
}

function hashOf(result: JobResult | undefined, blobs: readonly Uint8Array[]): string | undefined {
  if (!result || 'error' in result) return undefined
  const calls = result.calls.map((outputs) =>
    outputs.map((stored): Value => readValue(stored, blobs)),
  )
  return hashOutputs(calls)
}
