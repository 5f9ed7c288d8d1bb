import { FormatError } from '../errors.ts'
import { formatVersion, type Model } from '../model/model.ts'
import { validateModel } from '../model/validate.ts'
import type { StoredTensor } from '../model/tensor.ts'
import { decodeMessage } from './read-message.ts'

/** Every file begins with these bytes up to the version: field 1, fixed32. */
const versionTag = 0x0d

export interface DecodeOptions {
  /** Name of the file, for errors. */
  readonly file?: string
}

/** True when `bytes` begin as a `.dotplus` file does. */
export function isDotplus(bytes: Uint8Array): boolean {
  return (
    bytes.byteLength >= 5 &&
    bytes[0] === versionTag &&
    bytes[2] === 0 &&
    bytes[3] === 0 &&
    bytes[4] === 0
  )
}

/**
 * Decodes the bytes of a `.dotplus` file. Tensor data are views into `bytes`. Every index, reference, shape and length
 * is checked, so that a decoded model can be used without further checks.
 *
 * @throws {FormatError} when the bytes are no dotplus model, are cut off, or come from a newer format version
 * @throws {ModelError} when references or lengths contradict each other
 */
export function decode(bytes: Uint8Array, options: DecodeOptions = {}): Model {
  return decodeWith(bytes, options.file, () => undefined)
}

/** @param complete sees the tensors before anything is checked */
export function decodeWith(
  bytes: Uint8Array,
  file: string | undefined,
  complete: (tensors: StoredTensor[]) => void,
): Model {
  if (!isDotplus(bytes)) {
    throw new FormatError('not a dotplus model', {
      file,
      place: 'byte 0',
      expected: 'a format version (0d 01 00 00 00)',
      got: describeHead(bytes),
      hint: 'Keras files are turned into dotplus models by `dotplus convert`',
    })
  }
  const version = bytes[1] as number
  if (version > formatVersion || version === 0) {
    throw new FormatError('written by a newer version of dotplus', {
      file,
      place: 'format version',
      expected: `${formatVersion} or older`,
      got: `${version}`,
      hint: 'Upgrade the package that reads it',
    })
  }
  let model: Model
  try {
    model = decodeMessage('Model', bytes) as unknown as Model
  } catch (error) {
    if (!(error instanceof FormatError) || error.file !== undefined) throw error
    throw new FormatError(error.what, { ...error, file, cause: error.cause })
  }
  checkTensorCount(model, file)
  for (const tensor of model.tensors) delete (tensor as { padding?: Uint8Array }).padding
  complete(model.tensors)
  validateModel(model, file)
  return model
}

/** Every field before the tensors is there when their count is, and every tensor when the count is right. */
function checkTensorCount(model: Model & { tensorCount?: number }, file: string | undefined): void {
  const { tensorCount } = model
  if (tensorCount !== model.tensors.length) {
    throw new FormatError('the file is cut off', {
      file,
      place: 'tensors',
      expected: tensorCount === undefined ? 'their number' : `${tensorCount}`,
      got: tensorCount === undefined ? 'the end of the file' : `${model.tensors.length}`,
      hint: 'Copy or convert it again',
    })
  }
  delete model.tensorCount
}

function describeHead(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) return 'an empty file'
  return [...bytes.subarray(0, 5)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
