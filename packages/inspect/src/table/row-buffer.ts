import { FormatError } from '@dotplus/core'
import type { InputTensor } from '../input-tensor.ts'
import type { InputColumns } from './columns.ts'
import { parseNumber } from './parse-number.ts'
import { readPlainRow } from './plain-row.ts'
import type { CsvRecord } from './record-reader.ts'

const smallest = 256 // rows

/** Rows of a table that wait for their call. */
export class RowBuffer {
  /** Rows that have been added since the last `take`. */
  rows = 0
  readonly #columns: readonly InputColumns[]
  readonly #width: number
  /** True for a column of text. */
  readonly #isText: readonly boolean[]
  readonly #allNumbers: boolean
  readonly #file: string
  /** Shape (capacity, width); the capacity grows with the rows. */
  #values: Float64Array
  /** The same for columns of text. */
  readonly #texts: string[] = []

  /** @param file for errors */
  constructor(columns: readonly InputColumns[], file: string) {
    this.#columns = columns
    this.#isText = columns.flatMap(({ signature, width }) =>
      Array<boolean>(width).fill(signature.dtype === 'string'),
    )
    this.#allNumbers = !this.#isText.includes(true)
    this.#width = this.#isText.length
    this.#file = file
    this.#values = new Float64Array(this.#width * smallest)
  }

  /** Adds a line straight from its bytes; false when only {@link add} can tell what it is. */
  addPlain(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#allNumbers) return false
    const at = this.#room()
    if (!readPlainRow(bytes, start, end, this.#values, at, this.#width)) return false
    this.rows += 1
    return true
  }

  /**
   * Adds a row.
   *
   * @param header names of the columns, for the error
   * @returns what is wrong with it, which is not added then
   */
  add({ line, fields }: CsvRecord, header: readonly string[] | undefined): FormatError | undefined {
    if (fields.length !== this.#width) return this.wrongCount(line, fields.length)
    const at = this.#room()
    for (let column = 0; column < this.#width; column++) {
      const field = fields[column] as string
      if (this.#isText[column]) {
        this.#texts[at + column] = field
        continue
      }
      const value = parseNumber(field)
      if (value === undefined) return this.#notANumber(line, column, field, header?.[column])
      this.#values[at + column] = value
    }
    this.rows += 1
    return undefined
  }

  wrongCount(line: number, got: number): FormatError {
    return new FormatError('number of columns', {
      file: this.#file,
      place: `line ${line}`,
      expected: `${this.#width}`,
      got: `${got}`,
    })
  }

  #notANumber(line: number, column: number, field: string, name: string | undefined): FormatError {
    const isEmpty = field.trim() === ''
    return new FormatError('not a number', {
      file: this.#file,
      place: `line ${line}, column ${column + 1}${name ? ` (${name})` : ''}`,
      got: isEmpty ? 'an empty cell' : JSON.stringify(shortened(field)),
      ...(isEmpty && { hint: 'Write nan for a missing value' }),
    })
  }

  /** Index of the first element of the next row, for which there is room. */
  #room(): number {
    const at = this.rows * this.#width
    if (at + this.#width > this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    return at
  }

  /** The rows as one tensor per input; the buffer is empty afterwards. */
  take(): InputTensor[] {
    let column = 0
    const tensors = this.#columns.map(({ signature, rowShape, width }): InputTensor => {
      const isText = signature.dtype === 'string'
      const data = isText ? this.#textsOf(column, width) : this.#valuesOf(column, width)
      column += width
      return { data, shape: [this.rows, ...rowShape] }
    })
    this.rows = 0
    return tensors
  }

  #valuesOf(column: number, width: number): Float64Array {
    if (width === this.#width) return this.#values.slice(0, this.rows * width)
    const data = new Float64Array(this.rows * width)
    for (let row = 0; row < this.rows; row++)
      for (let i = 0; i < width; i++)
        data[row * width + i] = this.#values[row * this.#width + column + i] as number
    return data
  }

  #textsOf(column: number, width: number): string[] {
    return Array.from({ length: this.rows * width }, (_, index) => {
      const row = Math.floor(index / width)
      return this.#texts[row * this.#width + column + (index % width)] as string
    })
  }
}

function shortened(field: string): string {
  return field.length > 60 ? `${field.slice(0, 60)}…` : field
}
