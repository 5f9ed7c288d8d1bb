/** The page in which `convert-files.ts` converts the files that it drops there. */
import { convert, sourceFromBlob } from '@dotplus/converter'
import { encode } from '@dotplus/core'
import type { PageConversion } from './convert-files.ts'

/** The part of the page's own world that this script needs. */
interface PageFile {
  readonly name: string
  readonly size: number
  slice(start?: number, end?: number): { arrayBuffer(): Promise<ArrayBuffer> }
}
interface DragEvent {
  preventDefault(): void
  readonly dataTransfer: { readonly files: readonly PageFile[] }
}
declare function addEventListener(
  type: 'dragover' | 'drop',
  listener: (event: DragEvent) => void,
): void

const dropped = new Promise<readonly PageFile[]>((resolve) => {
  // A page has to say that it takes what is dragged over it.
  addEventListener('dragover', (event) => event.preventDefault())
  addEventListener('drop', (event) => {
    event.preventDefault()
    resolve([...event.dataTransfer.files])
  })
})

/** Converts the files that were dropped `runs` times over; they belong to one model. */
async function convertDropped(runs: number): Promise<PageConversion> {
  const files = await dropped
  const milliseconds: number[] = []
  let reads = 0
  let bytes = new Uint8Array(0)
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    const sources = files.map((file) =>
      sourceFromBlob({
        name: file.name,
        size: file.size,
        slice(start, end) {
          reads += 1
          return file.slice(start, end)
        },
      }),
    )
    bytes = encode(await convert(sources)) as Uint8Array<ArrayBuffer>
    milliseconds.push(performance.now() - start)
  }
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0'))
  return { milliseconds, sha256: sha256.join(''), reads }
}

Object.assign(globalThis, { convertDropped })
