import { decodeFrom } from '@dotplus/core'
import type { FileInPlace, Located, Opened } from './source.ts'
import { refuseSubstitute } from './substitute.ts'

const headBytes = 512

/** Decodes a file without its large tensors, which are read while they are packed. */
export function modelInPlace(opened: FileInPlace, { located: address, file }: Located): Opened {
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
