import type { PreparedCase } from '../cases/prepare.ts'
import { caseKey } from '../judge/judge.ts'
import { packBundle } from './bundle.ts'
import { runsIn, variants, type Job } from './jobs.ts'
import { storeValue } from './values.ts'

/** Every case in every variant, as one bundle for a runtime. */
export function makeJobs(cases: readonly PreparedCase[]): Uint8Array {
  const blobs: Uint8Array[] = []
  const jobs = cases.flatMap((prepared, index) => {
    const model = blobs.push(prepared.model) - 1
    const reloaded = blobs.push(prepared.reloaded) - 1
    const calls = prepared.data.inputs.map((inputs) =>
      inputs.map((value) => storeValue(value, blobs)),
    )
    const wanted = variants.filter((variant) => runsIn(variant, index))
    return wanted.map((variant): Job => ({
      case: caseKey(prepared),
      variant,
      precision: variant === 'fast' ? 'fast' : 'exact',
      threads: variant === 'threads' ? 2 : 1,
      model: variant === 'reloaded' ? reloaded : model,
      calls,
    }))
  })
  return packBundle({ header: { jobs }, blobs })
}
