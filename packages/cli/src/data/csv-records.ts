import { FormatError } from '@dotplus/core'

/** One row of a CSV file. */
export interface CsvRecord {
  /** Where it begins in the file, counted from 1. */
  readonly line: number
  readonly fields: readonly string[]
}

/**
 * The records of a CSV file (RFC 4180: comma, optional double quotes, LF or CRLF), a list for each chunk read. Empty
 * lines are passed over.
 */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<CsvRecord[]> {
  const decoder = new TextDecoder() // drops a byte order mark
  const splitter = new RecordSplitter(file)
  for await (const chunk of chunks) yield splitter.push(decoder.decode(chunk, { stream: true }))
  yield splitter.end(decoder.decode())
}

class RecordSplitter {
  readonly #file: string
  /** Text after the last line break. */
  #rest = ''
  #line = 0
  /** A record whose quoted field goes on in the next line. */
  #open: { line: number; text: string } | undefined

  constructor(file: string) {
    this.#file = file
  }

  push(text: string): CsvRecord[] {
    const end = text.lastIndexOf('\n')
    if (end < 0) {
      this.#rest += text
      return []
    }
    const complete = this.#rest + text.slice(0, end)
    this.#rest = text.slice(end + 1)
    return this.#split(complete)
  }

  end(text: string): CsvRecord[] {
    const records = this.#split(this.#rest + text)
    if (this.#open) {
      throw new FormatError('a quote is not closed', {
        file: this.#file,
        place: `line ${this.#open.line}`,
      })
    }
    return records
  }

  #split(text: string): CsvRecord[] {
    const records: CsvRecord[] = []
    for (const raw of text.split('\n')) {
      this.#line += 1
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
      if (!this.#open && !line.includes('"')) {
        if (line !== '') records.push({ line: this.#line, fields: line.split(',') })
        continue
      }
      const start = this.#open?.line ?? this.#line
      const whole = this.#open ? `${this.#open.text}\n${line}` : line
      const fields = splitQuoted(whole)
      this.#open = fields ? undefined : { line: start, text: whole }
      if (fields) records.push({ line: start, fields })
    }
    return records
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
