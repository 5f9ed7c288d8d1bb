import type { Model } from '../model/model.ts'
import type { StoredTensor } from '../model/tensor.ts'
import type { Message } from './message.ts'
import { WireWriter } from './wire-writer.ts'
import { writeMessage } from './write-message.ts'

/** Tensor bytes begin at a multiple of this in the file, so a reader can view them as any typed array. */
export const dataAlignment = 64

const tensorsField = 15
const paddingField = 14
const dataField = 15
const tagOf = (field: number): number => (field << 3) | 2

function varintLength(value: number): number {
  let length = 1
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) length += 1
  return length
}

const skipTensors: ReadonlySet<string> = new Set(['tensors'])
const skipBytes: ReadonlySet<string> = new Set(['padding', 'data'])

/** Everything of a tensor's message up to its data, given where in the file the message's tag starts. */
function tensorHead(tensor: StoredTensor, fileOffset: number): Uint8Array {
  const fields = new WireWriter()
  writeMessage(fields, 'Tensor', tensor as unknown as Message, skipBytes)
  const fieldBytes = fields.finish()
  const dataLength = tensor.data.byteLength
  const writer = new WireWriter()
  writer.varint(tagOf(tensorsField))
  if (dataLength === 0) {
    writer.data(fieldBytes)
    return writer.finish()
  }
  const dataHead = 1 + varintLength(dataLength)
  // The padding's own length decides its varint's length and the message's, so the smallest one that fits is searched.
  for (let padding = 0; ; padding++) {
    const paddingField14 = padding === 0 ? 0 : 1 + varintLength(padding) + padding
    const messageLength = fieldBytes.byteLength + paddingField14 + dataHead + dataLength
    const head = 1 + varintLength(messageLength) + fieldBytes.byteLength + paddingField14 + dataHead
    if ((fileOffset + head) % dataAlignment !== 0) continue
    writer.varint(messageLength)
    writer.raw(fieldBytes)
    if (padding > 0) {
      writer.varint(tagOf(paddingField))
      writer.data(new Uint8Array(padding))
    }
    writer.varint(tagOf(dataField))
    writer.varint(dataLength)
    return writer.finish()
  }
}

/**
 * Encodes a model as pieces to be written one after the other; tensor bytes are the caller's own arrays, not copies.
 * Equal models give equal bytes.
 */
export function* encodePieces(model: Model): Generator<Uint8Array> {
  const head = new WireWriter()
  const { unknownFields, ...known } = model
  writeMessage(head, 'Model', { ...known, tensorCount: model.tensors.length }, skipTensors)
  const headBytes = head.finish()
  yield headBytes
  let offset = headBytes.byteLength
  for (const tensor of model.tensors) {
    const tensorBytes = tensorHead(tensor, offset)
    yield tensorBytes
    offset += tensorBytes.byteLength
    if (tensor.data.byteLength > 0) {
      yield tensor.data
      offset += tensor.data.byteLength
    }
  }
  yield* unknownFields ?? []
}

/** Encodes a model as the bytes of a `.dotplus` file. Equal models give equal bytes. */
export function encode(model: Model): Uint8Array {
  const pieces = [...encodePieces(model)]
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0))
  let offset = 0
  for (const piece of pieces) {
    bytes.set(piece, offset)
    offset += piece.byteLength
  }
  return bytes
}
