import { addCase, readCases } from '@dotplus/converter'
import type { Model } from '@dotplus/core'
import type { Precision } from '@dotplus/node'
import { withSource } from '../files/source.ts'
import { loadReadModel } from '../model/load-model.ts'
import type { ModelOptions } from '../model/model-options.ts'
import { readModel, type ReadModel } from '../model/read-model.ts'
import { withShardBytes } from '../model/read-shards.ts'
import { isDotplusError, oneLine } from '../report-error.ts'
import type { FoundCase } from './find-cases.ts'
import {
  embeddedCases,
  replayCase,
  toleranceOf,
  type CaseResult,
  type RecordedCase,
  type Tolerance,
} from '@dotplus/inspect'

export interface RunCaseOptions extends ModelOptions {
  readonly precision: Precision
  /** Bounds in place of those of the model. */
  readonly rtol?: number
  readonly atol?: number
}

/** How a case came out, those that could not be replayed included. */
export interface CaseOutcome {
  readonly name: string
  readonly ok: boolean
  /** Largest |Δ| over all outputs; undefined when nothing could be compared. */
  readonly maxAbs: number | undefined
  readonly maxUlp: number | undefined
  /** What is wrong, in one line; undefined when ok. */
  readonly reason: string | undefined
}

/** Errors that say what is wrong with a readable model, rather than with the arguments or files given. */
const modelAtFault: ReadonlySet<string> = new Set([
  'UnsupportedError',
  'ModelError',
  'ConversionError',
])

/**
 * Reads a model, replays its cases and says how each came out. What stops a case is its reason to fail; files that the
 * caller named and that are missing or damaged are thrown instead.
 */
export async function runCase(found: FoundCase, options: RunCaseOptions): Promise<CaseOutcome[]> {
  try {
    const read = await withShardBytes(await readModel(found.model, options))
    const cases =
      found.io === undefined ? embeddedCases(read.model) : [await caseBeside(read.model, found.io)]
    return cases.length === 0 ? [] : await replay(read, cases, found, options)
  } catch (error) {
    if (!isDotplusError(error) || (!found.searched && !modelAtFault.has(error.tag))) throw error
    return [failed(found.name, error)]
  }
}

async function replay(
  read: ReadModel,
  cases: readonly RecordedCase[],
  found: FoundCase,
  options: RunCaseOptions,
): Promise<CaseOutcome[]> {
  const named = cases.map((entry) => ({
    ...entry,
    name: cases.length > 1 ? `${found.name}#${entry.name}` : found.name,
  }))
  try {
    using model = await loadReadModel(read, options.precision)
    return named.map((entry) =>
      attempt(entry.name, () =>
        outcomeOf(replayCase(model, entry, toleranceFor(read.model, entry, options))),
      ),
    )
  } catch (error) {
    if (!isDotplusError(error)) throw error
    return named.map((entry) => failed(entry.name, error))
  }
}

function attempt(name: string, check: () => CaseOutcome): CaseOutcome {
  try {
    return check()
  } catch (error) {
    if (!isDotplusError(error)) throw error
    return failed(name, error)
  }
}

function outcomeOf(result: CaseResult): CaseOutcome {
  const { name, ok, maxAbs, maxUlp, reason } = result
  return { name, ok, maxAbs, maxUlp, reason: ok ? undefined : `${reason}${divergence(result)}` }
}

/** "; first diverging layer: …" where the case has checkpoints, "" where it has none. */
function divergence({ diverging, checkpoints }: CaseResult): string {
  if (checkpoints === 0) return ''
  return diverging
    ? `; first diverging layer: ${diverging.layer} (${diverging.reason})`
    : '; no layer with a checkpoint diverges'
}

async function caseBeside(model: Model, io: string): Promise<RecordedCase> {
  addCase(model, await withSource(io, readCases))
  return embeddedCases(model).at(-1) as RecordedCase
}

/** What the caller asks for goes before what the case says, and that before what the model's precision allows. */
function toleranceFor(
  model: Model,
  recorded: RecordedCase,
  { rtol, atol }: RunCaseOptions,
): Tolerance {
  const bound = { ...toleranceOf(model), ...recorded.tolerance }
  return { rtol: rtol ?? bound.rtol, atol: atol ?? bound.atol }
}

function failed(name: string, error: Error): CaseOutcome {
  return { name, ok: false, maxAbs: undefined, maxUlp: undefined, reason: oneLine(error.message) }
}
