import { createReadStream } from 'node:fs'
import { InputError } from '@dotplus/core'
import { openNpz, readNpyArray, type Source } from '@dotplus/converter'
import type { Signature } from '@dotplus/node'
import { readBytes, withSource } from '../files/source.ts'
import { resourceError } from '../files/system-error.ts'
import { inputTensor, type InputTensor } from '@dotplus/inspect'
import { csvBatches } from './csv-input.ts'
import { standardStream, type DataFormat } from './format.ts'
import { readJsonInputs } from './json-input.ts'

/** What one call of the model takes. */
export interface InputBatch {
  /** In the order of the model's inputs. */
  readonly inputs: readonly InputTensor[]
  /** The file names what it holds (a header row, input names), so the output should too. */
  readonly named: boolean
}

/** Reads the inputs for a model from a file; only CSV comes in more than one batch. */
export async function* readInputs(
  path: string,
  format: DataFormat,
  signatures: readonly Signature[],
): AsyncGenerator<InputBatch> {
  switch (format) {
    case 'csv':
      yield* csvBatches(readChunks(path), path, signatures)
      return
    case 'json':
      yield readJsonInputs(new TextDecoder().decode(await readBytes(path)), path, signatures)
      return
    case 'npy':
      yield readNpyInput(await readBytes(path), path, signatures)
      return
    case 'npz':
      yield await withSource(path, (source) => readNpzInputs(source, signatures))
  }
}

async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const stream =
    path === standardStream ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 })
  try {
    for await (const chunk of stream) yield chunk as Uint8Array
  } catch (error) {
    // Only the file system's own errors; those of the consumer do not come this way.
    throw resourceError('cannot be read', path, error)
  }
}

function readNpyInput(
  bytes: Uint8Array,
  file: string,
  signatures: readonly Signature[],
): InputBatch {
  const [only] = signatures
  if (!only || signatures.length > 1) {
    throw new InputError('one array for a model with several inputs', {
      file,
      expected: signatures.map(({ name }) => name).join(', '),
      hint: 'Give an .npz',
    })
  }
  return { inputs: [inputTensor(readNpyArray(bytes, file), only.name)], named: false }
}

async function readNpzInputs(
  source: Source,
  signatures: readonly Signature[],
): Promise<InputBatch> {
  const archive = await openNpz(source)
  const byName = signatures.every(({ name }) => archive.has(name))
  const inputs: InputTensor[] = []
  for (const [index, { name }] of signatures.entries()) {
    const key = byName ? name : `in${index}`
    if (!archive.has(key)) {
      throw new InputError('missing input', {
        file: source.name,
        place: `input ${name}`,
        expected: `an array ${name} or in${index}`,
        got: archive.names.slice(0, 10).join(', ') || 'no arrays',
      })
    }
    inputs.push(inputTensor(await archive.read(key), key))
  }
  return { inputs, named: byName }
}
