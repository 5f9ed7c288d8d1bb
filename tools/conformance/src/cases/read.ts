import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DType } from '@dotplus/core'
import { readNpz, sourceFromBytes, type NdArray } from '@dotplus/converter'
import type { Value } from '../protocol/values.ts'
import type { CaseFolder } from './find.ts'
import { valueOf } from './values.ts'

/** What Keras answered. */
export interface Expected extends Value {
  readonly dtype: DType
}

/** Inputs and outputs of a case, per call. */
export interface CaseData {
  readonly inputs: readonly (readonly Value[])[]
  readonly outputs: readonly (readonly Expected[])[]
  /** The case's own bound; its note must say why. */
  readonly tolerance: Tolerance | undefined
}

/** |a − b| ≤ atol · max|b| + rtol · |b| */
export interface Tolerance {
  readonly rtol: number
  readonly atol: number
}

interface Note {
  readonly calls?: number
  readonly inputs_per_call?: number
  readonly outputs_per_call?: number
  readonly rtol?: number
  readonly atol?: number
  readonly reason?: string
}

/** Reads `io.npz` and `note.json` of a case. */
export async function readCase({ folder }: CaseFolder): Promise<CaseData> {
  const file = join(folder, 'io.npz')
  const arrays = await readNpz(sourceFromBytes(file, await readFile(file)))
  const note = await readNote(join(folder, 'note.json'))
  const inputs = numbered(arrays, 'in')
  const outputs = numbered(arrays, 'out')
  if (outputs.length === 0)
    throw new Error(`${file}: expected out0, got ${[...arrays.keys()].join(', ')}`)
  const calls = note.calls ?? 1
  return {
    inputs: chunks(inputs.map(valueOf), calls, note.inputs_per_call, `inputs in ${file}`),
    outputs: chunks(
      outputs.map((array) => ({ ...valueOf(array), dtype: array.dtype })),
      calls,
      note.outputs_per_call,
      `outputs in ${file}`,
    ),
    tolerance: toleranceOf(note, folder),
  }
}

async function readNote(file: string): Promise<Note> {
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Note) : {}
}

function toleranceOf({ rtol, atol, reason }: Note, folder: string): Tolerance | undefined {
  if (rtol === undefined && atol === undefined) return undefined
  if (!reason) throw new Error(`${folder}/note.json: a bound of its own needs a "reason"`)
  return { rtol: rtol ?? 0, atol: atol ?? 0 }
}

/** The arrays `<prefix>0`, `<prefix>1`, … */
function numbered(arrays: ReadonlyMap<string, NdArray>, prefix: string): NdArray[] {
  const found: NdArray[] = []
  for (
    let array = arrays.get(`${prefix}0`);
    array;
    array = arrays.get(`${prefix}${found.length}`)
  ) {
    found.push(array)
  }
  return found
}

function chunks<Item>(
  items: Item[],
  calls: number,
  perCall: number | undefined,
  what: string,
): Item[][] {
  const size = perCall ?? items.length / calls
  if (size * calls !== items.length) {
    throw new Error(`${what}: expected ${calls} calls of ${size}, got ${items.length}`)
  }
  return Array.from({ length: calls }, (_, call) => items.slice(call * size, (call + 1) * size))
}
