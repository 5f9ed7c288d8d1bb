import type { FormatError } from '@dotplus/core'
import type { Signature } from '@dotplus/kernel'
import type { InputTensor } from '../input-tensor.ts'
import { inputColumns, type InputColumns } from './columns.ts'
import { parseNumber } from './parse-number.ts'
import { RecordReader, type CsvRecord } from './record-reader.ts'
import { RowBuffer } from './row-buffer.ts'

/** What becomes of a row that cannot be read. */
export type OnBadRow = 'fail' | 'skip' | 'null'

/** Whether the first row names the columns; `auto`: when none of its cells is a number where numbers belong. */
export type HeaderRow = 'auto' | 'first' | 'none'

export interface CsvOptions {
  /** For errors. */
  readonly file: string
  /** Rows per batch. */
  readonly batch: number
  readonly header?: HeaderRow
  /** By default `fail`. */
  readonly onError?: OnBadRow
  /** Told of every row that is skipped or answered with nulls. */
  readonly onBadRow?: (error: FormatError) => void
}

/** What one call of the model takes. */
export interface InputBatch {
  /** In the order of the model's inputs. */
  readonly inputs: readonly InputTensor[]
  /** The file names what it holds (a header row, input names), so the output should too. */
  readonly named: boolean
  /** Rows of the batch that hold nothing to run, ascending, counted among those that do. */
  readonly missing: readonly number[]
}

/**
 * A CSV file as batches of rows: the columns are the elements of the model's inputs in order, text where an input takes
 * strings. An empty file is a batch of no rows.
 *
 * @throws {FormatError} naming the line that is no row, unless `onError` says otherwise; a header that does not fit and a
 *   quote that is never closed always fail
 * @throws {InputError} when the inputs have no shape that a table could hold
 */
export async function* csvBatches(
  chunks: AsyncIterable<Uint8Array>,
  signatures: readonly Signature[],
  options: CsvOptions,
): AsyncGenerator<InputBatch> {
  const table = new Table(signatures, options)
  for await (const chunk of chunks) {
    table.reader.push(chunk)
    yield* table.fullBatches()
  }
  table.reader.end()
  yield* table.fullBatches()
  const last = table.lastBatch()
  if (last) yield last
}

class Table {
  readonly reader: RecordReader
  readonly #signatures: readonly Signature[]
  readonly #options: CsvOptions
  #columns: readonly InputColumns[] | undefined
  #rows: RowBuffer | undefined
  #header: readonly string[] | undefined
  #missing: number[] = []
  #any = false

  constructor(signatures: readonly Signature[], options: CsvOptions) {
    this.#signatures = signatures
    this.#options = options
    this.reader = new RecordReader(options.file)
  }

  *fullBatches(): Generator<InputBatch> {
    const plain = (bytes: Uint8Array, start: number, end: number): boolean =>
      this.#rows?.addPlain(bytes, start, end) ?? false
    for (;;) {
      const record = this.reader.next(plain)
      if (record === undefined) return
      if (record !== true) this.#take(record)
      if ((this.#rows?.rows ?? 0) + this.#missing.length >= this.#capacity) yield this.#batch()
    }
  }

  /** What is left at the end of the file. */
  lastBatch(): InputBatch | undefined {
    const isEmpty = (this.#rows?.rows ?? 0) + this.#missing.length === 0
    return isEmpty && this.#any ? undefined : this.#batch()
  }

  /** A model of a fixed batch waits for as many rows that run. */
  get #capacity(): number {
    const isFixed = typeof this.#signatures[0]?.shape[0] === 'number'
    return this.#options.batch + (isFixed ? this.#missing.length : 0)
  }

  #batch(): InputBatch {
    const rows = this.#rows ?? this.#start(undefined)
    const missing = this.#missing
    this.#missing = []
    this.#any = true
    return { inputs: rows.take(), named: this.#header !== undefined, missing }
  }

  #start(first: CsvRecord | undefined): RowBuffer {
    const { file } = this.#options
    this.#columns = inputColumns(this.#signatures, first?.fields.length ?? 0, file)
    this.#rows = new RowBuffer(this.#columns, file)
    return this.#rows
  }

  #take(record: CsvRecord): void {
    if (!this.#rows) {
      const rows = this.#start(record)
      if (this.#isHeader(record)) {
        this.#header = record.fields
        const width = (this.#columns ?? []).reduce((sum, input) => sum + input.width, 0)
        if (record.fields.length !== width) throw rows.wrongCount(record.line, record.fields.length)
        return
      }
    }
    const rows = this.#rows as RowBuffer
    const wrong = rows.add(record, this.#header)
    if (!wrong) return
    const { onError = 'fail', onBadRow } = this.#options
    if (onError === 'fail') throw wrong
    if (onError === 'null') this.#missing.push(rows.rows + this.#missing.length)
    onBadRow?.(wrong)
  }

  #isHeader({ fields }: CsvRecord): boolean {
    const { header = 'auto' } = this.#options
    if (header !== 'auto') return header === 'first'
    const names = (this.#columns ?? []).flatMap(({ signature: { name, dtype }, width }) =>
      Array<string | undefined>(width).fill(dtype === 'string' ? name : undefined),
    )
    // Cells beyond the columns are taken for numbers too, so that a header of another length is one.
    const numeric = fields.filter((_, column) => names[column] === undefined)
    if (numeric.length === 0) return fields.some((field, column) => field.trim() === names[column])
    const isText = (field: string): boolean =>
      field.trim() !== '' && parseNumber(field) === undefined
    return numeric.some(isText) && numeric.every((field) => parseNumber(field) === undefined)
  }
}
