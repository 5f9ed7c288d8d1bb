import type { Model } from '../model/model.ts'
import {
  dataAlignment,
  storedByteLength,
  type StoredTensor,
  type TensorIndex,
} from '../model/tensor.ts'
import type { Message } from './message.ts'
import { WireWriter } from './wire-writer.ts'
import { writeMessage } from './write-message.ts'

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
function tensorHead(tensor: StoredTensor, dataLength: number, fileOffset: number): Uint8Array {
  const fields = new WireWriter()
  writeMessage(fields, 'Tensor', tensor as unknown as Message, skipBytes)
  const fieldBytes = fields.finish()
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

/** The file piece by piece: bytes, and in their places the tensors whose data comes next. */
function* layOut(
  model: Model,
  dataLength: (tensor: StoredTensor) => number,
): Generator<Uint8Array | TensorIndex> {
  const head = new WireWriter()
  const { unknownFields, ...known } = model
  writeMessage(head, 'Model', { ...known, tensorCount: model.tensors.length }, skipTensors)
  const headBytes = head.finish()
  yield headBytes
  let offset = headBytes.byteLength
  for (const [index, tensor] of model.tensors.entries()) {
    const length = dataLength(tensor)
    const tensorBytes = tensorHead(tensor, length, offset)
    yield tensorBytes
    if (length > 0) yield index
    offset += tensorBytes.byteLength + length
  }
  yield* unknownFields ?? []
}

/**
 * Encodes a model as pieces to be written one after the other; tensor bytes are the caller's own arrays, not copies.
 * Equal models give equal bytes.
 */
export function* encodePieces(model: Model): Generator<Uint8Array> {
  for (const piece of layOut(model, ({ data }) => data.byteLength))
    yield typeof piece === 'number' ? (model.tensors[piece] as StoredTensor).data : piece
}

/**
 * The same for a model whose tensors come without their bytes: `read` is asked for those of one tensor after the other,
 * in order, and only one is held at a time. Tensors that are `external` are not asked for.
 *
 * @param read as many bytes as the tensor's dtype and shape take
 */
export async function* encodeStream(
  model: Model,
  read: (index: TensorIndex) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (const piece of layOut(model, embeddedLength))
    yield typeof piece === 'number' ? await read(piece) : piece
}

function embeddedLength({ external, dtype, shape }: StoredTensor): number {
  return external || dtype === undefined ? 0 : storedByteLength(dtype, shape)
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
