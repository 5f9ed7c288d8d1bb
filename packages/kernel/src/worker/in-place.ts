import { decodeFrom, type ByteSource } from '@dotplus/core'
import type { Located, Opened } from './source.ts'
import { refuseSubstitute } from './substitute.ts'

const headBytes = 512

/** An open file. */
export interface FileInPlace extends ByteSource {
  close(): void
}

/** Decodes a file without its large tensors, which are read while they are packed. */
export function modelInPlace({ located: address, file }: Located, opened: FileInPlace): Opened {
  try {
    const head = new Uint8Array(Math.min(headBytes, opened.byteLength))
    opened.read(head, 0)
    refuseSubstitute(head, file)
    const model = decodeFrom(opened, { file })
    return { model, file, address, buffers: [], close: () => opened.close() }
  } catch (error) {
    opened.close()
    throw error
  }
}
