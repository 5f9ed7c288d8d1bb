/** The page in which `convert-files.ts` converts files that are chosen in its form, as a person would drop them. */
import { convert, sourceFromBlob } from '@dotplus/converter'
import { encode } from '@dotplus/core'
import type { PageConversion } from './convert-files.ts'

/** The part of the page's own world that this script needs. */
interface PageFile {
  readonly name: string
  readonly size: number
  slice(start?: number, end?: number): { arrayBuffer(): Promise<ArrayBuffer> }
}
declare const document: {
  querySelector(selector: 'input'): { readonly files: readonly PageFile[] }
}

/** Converts the chosen files `runs` times over; they belong to one model. */
async function convertChosen(runs: number): Promise<PageConversion> {
  const files = [...document.querySelector('input').files]
  const milliseconds: number[] = []
  let reads = 0
  let wholeReads = 0
  let bytes = new Uint8Array(0)
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    const sources = files.map((file) => {
      const source = sourceFromBlob(file)
      const slice = (from: number, to: number): Promise<Uint8Array> => {
        reads += 1
        if (to - from === file.size) wholeReads += 1
        return source.slice(from, to)
      }
      return { ...source, slice }
    })
    bytes = encode(await convert(sources)) as Uint8Array<ArrayBuffer>
    milliseconds.push(performance.now() - start)
  }
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0'))
  return { milliseconds, sha256: sha256.join(''), reads, wholeReads }
}

Object.assign(globalThis, { convertChosen })
