import { FormatError } from '@dotplus/core'

/** One row of a CSV file. */
export interface CsvRecord {
  /** Where it begins in the file, counted from 1. */
  readonly line: number
  readonly fields: readonly string[]
}

/** A record of which only some lines have been read. */
interface OpenRecord {
  readonly line: number
  readonly parts: string[]
  /** Characters of all parts. */
  length: number
}

/** Takes a line of bytes from `start` to before `end`; false leaves it to be split as text. */
export type TakePlainLine = (bytes: Uint8Array, start: number, end: number) => boolean

/** A record that is longer than this is no row: a quote that is never closed, or a file that is no table. */
const longestRecord = 64 << 20

const [lineFeed, carriageReturn, quote] = [10, 13, 34]

/**
 * Splits the bytes of a CSV file (RFC 4180: comma, optional double quotes, LF or CRLF, UTF-8 with or without a byte
 * order mark) into records. It holds the chunk it was given last and the record that this chunk leaves open.
 */
export class RecordReader {
  /** Line that was read last, counted from 1. */
  line = 0
  readonly #file: string
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #bytes = new Uint8Array(0)
  #position = 0
  #ended = false
  /** A record whose quoted field goes on in the next line. */
  #open: OpenRecord | undefined

  /** @param file for errors */
  constructor(file: string) {
    this.#file = file
  }

  /** More bytes of the file, once `next` has answered `undefined`. */
  push(chunk: Uint8Array): void {
    const rest = this.#bytes.subarray(this.#position)
    this.#refuseLonger(rest.length + chunk.length)
    this.#position = 0
    if (rest.length === 0) this.#bytes = chunk as Uint8Array<ArrayBuffer>
    else {
      this.#bytes = new Uint8Array(rest.length + chunk.length)
      this.#bytes.set(rest)
      this.#bytes.set(chunk, rest.length)
    }
  }

  /** There are no more bytes: what is left is the last record. */
  end(): void {
    this.#ended = true
  }

  /**
   * The next record; empty lines are passed over.
   *
   * @param plain is asked first for lines outside quotes
   * @returns true when `plain` took the line, undefined when more bytes are needed, or there are none
   * @throws {FormatError} when a quote is not closed, or a record has no end within 64 MiB
   */
  next(plain: TakePlainLine): CsvRecord | true | undefined {
    for (;;) {
      const bytes = this.#bytes
      let start = this.#position
      let stop = bytes.indexOf(lineFeed, start)
      if (stop < 0) {
        if (!this.#ended || start === bytes.length) return this.#atEnd()
        stop = bytes.length
      }
      this.#position = Math.min(stop + 1, bytes.length)
      if (this.line === 0) start += this.#byteOrderMark(bytes)
      this.line += 1
      const end = stop > start && bytes[stop - 1] === carriageReturn ? stop - 1 : stop
      if (this.#open) {
        const record = this.#continue(bytes.subarray(start, end))
        if (record) return record
      } else if (end > start) {
        if (plain(bytes, start, end)) return true
        const record = this.#split(bytes.subarray(start, end))
        if (record) return record
      }
    }
  }

  #atEnd(): undefined {
    if (!this.#ended || !this.#open) return undefined
    throw new FormatError('a quote is not closed', {
      file: this.#file,
      place: `line ${this.#open.line}`,
    })
  }

  #split(bytes: Uint8Array): CsvRecord | undefined {
    const text = this.#decoder.decode(bytes)
    if (!bytes.includes(quote)) return { line: this.line, fields: text.split(',') }
    const fields = splitQuoted(text)
    if (fields) return { line: this.line, fields }
    this.#open = { line: this.line, parts: [text], length: text.length }
    return undefined
  }

  #continue(bytes: Uint8Array): CsvRecord | undefined {
    const open = this.#open as OpenRecord
    const text = this.#decoder.decode(bytes)
    open.parts.push(text)
    open.length += text.length + 1
    this.#refuseLonger(open.length)
    // Without a quote the field goes on, whatever the line holds.
    if (!bytes.includes(quote)) return undefined
    const fields = splitQuoted(open.parts.join('\n'))
    if (!fields) return undefined
    this.#open = undefined
    return { line: open.line, fields }
  }

  /** Length of the mark that some programs begin UTF-8 with. */
  #byteOrderMark([first, second, third]: Uint8Array): number {
    if (first === 0xef && second === 0xbb && third === 0xbf) return 3
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
      throw new FormatError('text encoding', {
        file: this.#file,
        expected: 'UTF-8',
        got: 'UTF-16',
        hint: 'Save it as UTF-8',
      })
    }
    return 0
  }

  #refuseLonger(length: number): void {
    if (length <= longestRecord) return
    throw new FormatError('a row without an end', {
      file: this.#file,
      place: `line ${this.#open?.line ?? this.line + 1}`,
      expected: `at most ${longestRecord >> 20} MiB`,
      hint: this.#open ? 'Close its quote' : 'Give a table with one row a line',
    })
  }
}

/** Fields of a record with quotes; undefined when a quote is still open at its end. */
function splitQuoted(text: string): string[] | undefined {
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string
    if (quoted && character === '"' && text[i + 1] === '"') {
      field += '"'
      i += 1
    } else if (character === '"') {
      quoted = !quoted
    } else if (character === ',' && !quoted) {
      fields.push(field)
      field = ''
    } else {
      field += character
    }
  }
  return quoted ? undefined : [...fields, field]
}
