import { FormatError, isDotplus, UnsupportedError, UsageError } from '@dotplus/core'
import { isHdf5 } from './binary/hdf5/hdf5.ts'
import { isNpy } from './binary/npy.ts'
import { isZip } from './binary/zip.ts'
import { readRange, type Source } from './source.ts'

export type FileKind = 'zip' | 'hdf5' | 'npy' | 'pickle' | 'json'

const headLength = 512
/** HDF5 allows a user block before its signature; nobody ships models so, but the name then tells. */
const hdf5Name = /\.(h5|hdf5|keras)$/i

/**
 * What a file is, by its first bytes; its name is not asked where they decide.
 *
 * @throws {FormatError} naming the bytes when it is nothing that converts
 */
export async function fileKind(source: Source): Promise<FileKind> {
  const head = await readRange(source, 0, Math.min(headLength, source.byteLength), 'the file')
  if (isZip(head)) return 'zip'
  if (isHdf5(head)) return 'hdf5'
  if (isNpy(head)) return 'npy'
  if (isDotplus(head)) {
    throw new UsageError('this is a dotplus model already', {
      file: source.name,
      hint: 'Load it as it is',
    })
  }
  const text = new TextDecoder('latin1').decode(head)
  if (/^\uFEFF?\s*[{[]/.test(text) || /^ï»¿\s*[{[]/.test(text)) return 'json'
  if (head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5) return 'pickle'
  if (/^(backend|class_name|config|keras_version):/m.test(text)) {
    throw new UnsupportedError(
      'model.to_yaml() is no longer read: YAML can run code, and Keras removed it',
      {
        file: source.name,
        hint: 'Save the model as .keras, .h5 or with to_json()',
      },
    )
  }
  if (hdf5Name.test(source.name))
    throw notWhatItSays(
      source,
      head,
      source.name.endsWith('.keras') ? 'a zip archive' : 'an HDF5 file',
    )
  throw notWhatItSays(source, head, '.keras, .h5, .npy, .npz or model.json')
}

function notWhatItSays(source: Source, head: Uint8Array, expected: string): FormatError {
  const bytes = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return new FormatError(
    expected.startsWith('a') ? `not ${expected}` : 'not a file that converts',
    {
      file: source.name,
      place: 'byte 0',
      expected,
      got: source.byteLength === 0 ? 'an empty file' : bytes,
    },
  )
}
