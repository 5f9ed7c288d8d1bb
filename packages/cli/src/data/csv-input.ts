import { FormatError, InputError } from '@dotplus/core'
import type { Signature } from '@dotplus/node'
import type { InputTensor } from '@dotplus/inspect'
import { readRecords, type CsvRecord } from './csv-records.ts'
import type { InputBatch } from './input.ts'
import { parseNumber } from './number-text.ts'

/** Rows per call where the model leaves the batch free: large enough to be quick, small enough to need little memory. */
export const rowsPerBatch = 8192

/**
 * A CSV file as batches of rows: the columns are the elements of the model's inputs in order, text where an input takes
 * strings. A first row with something else than numbers in the other columns is a header, or with the name of an input
 * in its text column.
 */
export async function* csvBatches(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  signatures: readonly Signature[],
): AsyncGenerator<InputBatch> {
  const layout = signatures.map((signature) => ({ signature, width: rowWidth(signature, file) }))
  const texts = layout.flatMap(({ signature, width }) =>
    Array<string | undefined>(width).fill(
      signature.dtype === 'string' ? signature.name : undefined,
    ),
  )
  const batch = new RowBuffer(texts, batchSize(signatures), file)
  const tensors = (): InputBatch => ({
    inputs: batch.take(layout),
    named: batch.header !== undefined,
  })
  let first = true
  let any = false
  for await (const records of readRecords(chunks, file)) {
    for (const record of records) {
      if (first && isHeader(record, texts)) batch.header = record.fields
      else batch.add(record)
      first = false
      if (!batch.full) continue
      yield tensors()
      any = true
    }
  }
  // An empty table is a batch of no rows.
  if (batch.rows > 0 || !any) yield tensors()
}

interface InputColumns {
  readonly signature: Signature
  /** Columns it takes. */
  readonly width: number
}

/** Elements of one row of an input. */
function rowWidth({ name, shape }: Signature, file: string): number {
  const [, ...rest] = shape
  return rest.reduce<number>((product, size) => {
    if (size !== null) return product * size
    throw new InputError('a table has no shape for this input', {
      file,
      place: `input ${name}`,
      expected: 'an input with one free dimension, the batch',
      got: `[${shape.map((dimension) => dimension ?? 'any').join(', ')}]`,
      hint: 'Give .npy, .npz or .json instead',
    })
  }, 1)
}

function batchSize(signatures: readonly Signature[]): number {
  for (const { shape } of signatures) if (typeof shape[0] === 'number') return shape[0]
  return rowsPerBatch
}

function isHeader(record: CsvRecord, texts: readonly (string | undefined)[]): boolean {
  return record.fields.some((field, column) => {
    const input = texts[column]
    if (input !== undefined) return field.trim() === input
    return field.trim() !== '' && parseNumber(field) === undefined
  })
}

/** Rows waiting for their call. */
class RowBuffer {
  header: readonly string[] | undefined
  rows = 0
  readonly #width: number
  /** Name of the input for each column of text. */
  readonly #texts: readonly (string | undefined)[]
  readonly #capacity: number
  readonly #file: string
  /** Shape (capacity, width). */
  readonly #values: Float64Array
  /** The same for columns of text. */
  readonly #strings: string[] = []

  constructor(texts: readonly (string | undefined)[], capacity: number, file: string) {
    this.#width = texts.length
    this.#texts = texts
    this.#capacity = capacity
    this.#file = file
    this.#values = new Float64Array(texts.length * capacity)
  }

  get full(): boolean {
    return this.rows === this.#capacity
  }

  add({ line, fields }: CsvRecord): void {
    if (fields.length !== this.#width) {
      throw new FormatError('number of columns', {
        file: this.#file,
        place: `line ${line}`,
        expected: `${this.#width}`,
        got: `${fields.length}`,
      })
    }
    const start = this.rows * this.#width
    for (let column = 0; column < this.#width; column++) {
      if (this.#texts[column] !== undefined) {
        this.#strings[start + column] = fields[column] as string
        continue
      }
      const value = parseNumber(fields[column] as string)
      if (value === undefined) throw this.#notANumber(line, column, fields[column] as string)
      this.#values[start + column] = value
    }
    this.rows += 1
  }

  #notANumber(line: number, column: number, field: string): FormatError {
    const name = this.header?.[column]
    return new FormatError('not a number', {
      file: this.#file,
      place: `line ${line}, column ${column + 1}${name ? ` (${name})` : ''}`,
      got: field.trim() === '' ? 'an empty cell' : JSON.stringify(field),
      ...(field.trim() === '' && { hint: 'Write nan for a missing value' }),
    })
  }

  /** The rows as one tensor per input; the buffer is empty afterwards. */
  take(layout: readonly InputColumns[]): InputTensor[] {
    let column = 0
    const tensors = layout.map(({ signature, width }) => {
      const data = new Float64Array(this.rows * width)
      const strings: string[] = []
      for (let row = 0; row < this.rows; row++) {
        const start = row * this.#width + column
        if (signature.dtype === 'string') strings.push(...this.#strings.slice(start, start + width))
        else data.set(this.#values.subarray(start, start + width), row * width)
      }
      column += width
      const [, ...rest] = signature.shape
      const shape = [this.rows, ...rest.map((size) => size ?? 1)]
      return { data: signature.dtype === 'string' ? strings : data, shape }
    })
    this.rows = 0
    return tensors
  }
}
