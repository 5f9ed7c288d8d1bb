import { createHash } from 'node:crypto'
import type { NumericArray, Value } from '../protocol/values.ts'

/** SHA-256 over the bits of some outputs. Every NaN counts as the same one: engines may choose its sign and payload. */
export function hashOutputs(calls: readonly (readonly Value[])[]): string {
  const hash = createHash('sha256')
  for (const [call, outputs] of calls.entries()) {
    for (const [index, { data, shape }] of outputs.entries()) {
      if (!ArrayBuffer.isView(data)) {
        hash.update(`${call} ${index} ${shape.join('x')} ${JSON.stringify(data)}\n`)
        continue
      }
      const constructor = data.constructor as { readonly name: string }
      hash.update(`${call} ${index} ${constructor.name} ${shape.join('x')}\n`)
      hash.update(canonicalBytes(data))
    }
  }
  return hash.digest('hex')
}

/** One hash over hashes by name. */
export function hashHashes(hashes: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256')
  for (const [name, value] of hashes) hash.update(`${name} ${value}\n`)
  return hash.digest('hex')
}

function canonicalBytes(data: NumericArray): Uint8Array {
  const copy = data.slice()
  if (copy instanceof Float32Array || copy instanceof Float64Array) {
    for (let i = 0; i < copy.length; i++) if (Number.isNaN(copy[i])) copy[i] = NaN
  }
  return new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength)
}
