import { decode, encode, type DType, type Model } from '@dotplus/core'
import { convertModel } from './convert.ts'
import type { CaseFolder } from './find.ts'
import { readCase, type CaseData } from './read.ts'

/** A case ready to run: its model as `.dotplus` bytes, before and after save → load → save. */
export interface PreparedCase {
  readonly folder: CaseFolder
  readonly data: CaseData
  readonly model: Uint8Array
  readonly reloaded: Uint8Array
  /** The least precise dtype in which the model computes: it decides the bound. */
  readonly computeDtype: 'float32' | 'float64' | 'float16' | 'bfloat16'
}

/** @throws when the case cannot be read or converted, or when saving it again gives other bytes */
export async function prepareCase(folder: CaseFolder): Promise<PreparedCase> {
  const converted = await convertModel(folder.model)
  const model = encode(converted)
  const reloaded = encode(decode(model))
  const difference = firstDifference(model, reloaded)
  if (difference !== undefined) {
    throw new Error(`save → load → save changes byte ${difference} of ${model.byteLength}`)
  }
  return {
    folder,
    data: await readCase(folder),
    model,
    reloaded,
    computeDtype: computeDtypeOf(converted),
  }
}

function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  const length = Math.max(a.byteLength, b.byteLength)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i
  return undefined
}

function computeDtypeOf({ layers }: Model): PreparedCase['computeDtype'] {
  const dtypes = new Set<DType | undefined>(layers.map(({ computeDtype }) => computeDtype))
  if (dtypes.has('bfloat16')) return 'bfloat16'
  if (dtypes.has('float16')) return 'float16'
  return dtypes.size === 1 && dtypes.has('float64') ? 'float64' : 'float32'
}
