import { createHash } from 'node:crypto'
import { convert, type ConvertOptions, type Source, type StreamingHash } from '@dotplus/converter'
import { decode, encodePieces, isDotplus, type Model } from '@dotplus/core'
import { inputFiles } from '../files/input-files.ts'
import { withScratch } from '../files/scratch.ts'
import { readBytes, withSource, withSources } from '../files/source.ts'
import { layersSpec, type ModelOptions } from './model-options.ts'
import { registerFile } from './register-file.ts'

/** A model as a command reads it. */
export interface ReadModel {
  readonly model: Model
  /** What it was read from, for errors. */
  readonly file: string
  /** Path of the .dotplus file; undefined when it was converted from something else. */
  readonly path: string | undefined
  /** Bytes of the .dotplus file with its shards, or those it would have. */
  readonly byteLength: number
}

/** Path of the .dotplus file that the arguments name; undefined when they name something to convert. */
export async function dotplusPath(paths: readonly string[]): Promise<string | undefined> {
  const files = await inputFiles(paths)
  const [only] = files
  if (only === undefined || files.length > 1) return undefined
  const headLength = 8
  const head = await withSource(only, (source) =>
    source.slice(0, Math.min(headLength, source.byteLength)),
  )
  // A cut or damaged file is still meant as a dotplus model when its name says so.
  return isDotplus(head) || only.endsWith('.dotplus') ? only : undefined
}

/** Reads a .dotplus file, or converts anything else in memory. */
export async function readModel(
  paths: readonly string[],
  options: ModelOptions,
): Promise<ReadModel> {
  const path = await dotplusPath(paths)
  if (path === undefined) {
    const model = await convertFiles(paths, options)
    return { model, file: paths.join(', '), path, byteLength: encodedLength(model) }
  }
  const bytes = await readBytes(path)
  const model = decode(bytes, { file: path })
  const byteLength = model.shards.reduce((sum, shard) => sum + shard.byteLength, bytes.byteLength)
  return { model, file: path, path, byteLength }
}

export interface ConvertFilesOptions extends ModelOptions {
  readonly name?: string
  /** Recorded arrays that become evidence. */
  readonly cases?: string
}

/** Converts the files and folders named, in memory. */
export function convertFiles(
  paths: readonly string[],
  options: ConvertFilesOptions,
): Promise<Model> {
  return withConvertInput(paths, options, (sources, converting) => convert(sources, converting))
}

/** Opens the files and folders named for as long as `use` takes, with the options of a conversion. */
export async function withConvertInput<Result>(
  paths: readonly string[],
  options: ConvertFilesOptions,
  use: (sources: readonly Source[], options: ConvertOptions) => Promise<Result>,
): Promise<Result> {
  const { name, inputShape } = options
  const layers = await layersSpec(options)
  const register = await registerFile(options.register)
  const files = await inputFiles(paths)
  const cases = options.cases === undefined ? [] : [options.cases]
  return withScratch((openScratch) =>
    withSources(files, (sources) =>
      withSources(cases, (io) =>
        use(sources, { layers, inputShape, register, name, cases: io, sha256, openScratch }),
      ),
    ),
  )
}

/** The system's SHA-256. */
export const sha256 = (): StreamingHash => createHash('sha256')

function encodedLength(model: Model): number {
  let length = 0
  for (const piece of encodePieces(model)) length += piece.byteLength
  return length
}
