import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Source } from '@dotplus/converter'
import type { FormatError } from '@dotplus/core'
import { csvBatches, type HeaderRow, type InputBatch, type OnBadRow } from '@dotplus/inspect'
import type { Signature } from '@dotplus/node'
import { openSource, readBytes } from '../files/source.ts'
import { resourceError } from '../files/system-error.ts'
import { batchesOf, npyRows, npzRows, type InputRows } from './array-batches.ts'
import { standardStream, type DataFormat } from './format.ts'
import { readJsonInputs } from './json-input.ts'

export interface ReadOptions {
  /** Rows per call for inputs of one row of these shapes. */
  rowsPerCall(rowShapes: readonly (readonly number[])[]): number
  readonly header?: HeaderRow
  readonly onError?: OnBadRow
  readonly onBadRow?: (error: FormatError) => void
  /** Told how much of the file has been read, from 0 to 1; not called where nobody knows. */
  readonly onProgress?: (fraction: number) => void
}

/** Reads the inputs for a model from a file: CSV and arrays of rows in batches, JSON in one. */
export async function* readInputs(
  path: string,
  format: DataFormat,
  signatures: readonly Signature[],
  options: ReadOptions,
): AsyncGenerator<InputBatch> {
  switch (format) {
    case 'csv': {
      const batch = csvBatchSize(signatures, options)
      yield* csvBatches(readChunks(path, options.onProgress), signatures, {
        ...options,
        file: path,
        batch,
      })
      return
    }
    case 'json':
      yield readJsonInputs(new TextDecoder().decode(await readBytes(path)), path, signatures)
      return
    case 'npy':
      yield* readArrays(path, (source) => npyRows(source, signatures), signatures, options)
      return
    case 'npz':
      yield* readArrays(path, (source) => npzRows(source, signatures), signatures, options)
  }
}

async function* readArrays(
  path: string,
  open: (source: Source) => Promise<InputRows>,
  signatures: readonly Signature[],
  options: ReadOptions,
): AsyncGenerator<InputBatch> {
  const { source, close } = await openSource(path)
  try {
    yield* batchesOf(await open(source), signatures, options)
  } finally {
    await close()
  }
}

/** A fixed batch is taken as it is; a free dimension of the row is not known before the file is read. */
function csvBatchSize(signatures: readonly Signature[], { rowsPerCall }: ReadOptions): number {
  const fixed = signatures.map(({ shape }) => shape[0]).find((size) => typeof size === 'number')
  if (fixed !== undefined) return fixed
  return rowsPerCall(signatures.map(({ shape }) => shape.slice(1).map((size) => size ?? 64)))
}

async function* readChunks(
  path: string,
  onProgress: ((fraction: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  const isStandard = path === standardStream
  const stats = isStandard ? undefined : await stat(path).catch(() => undefined)
  const length = stats?.isFile() ? stats.size : 0
  const stream = isStandard ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 })
  let read = 0
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      yield chunk
      read += chunk.byteLength
      if (length > 0) onProgress?.(Math.min(1, read / length))
    }
  } catch (error) {
    // Only the file system's own errors; those of the consumer do not come this way.
    throw resourceError('cannot be read', path, error)
  }
}
