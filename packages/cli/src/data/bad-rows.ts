import type { FormatError } from '@dotplus/core'
import type { OnBadRow } from '@dotplus/inspect'
import { oneLine } from '../report-error.ts'

/** Named one by one; of those after that only the number is told. */
const named = 1000

/** Rows that could not be read, as they are come upon. */
export class BadRows {
  count = 0
  /** The first of them. */
  readonly messages: string[] = []
  readonly #onError: OnBadRow
  readonly #tell: (line: string) => void

  constructor(onError: OnBadRow, tell: (line: string) => void) {
    this.#onError = onError
    this.#tell = tell
  }

  add(error: FormatError): void {
    this.count += 1
    if (this.count > named) return
    const message = oneLine(error.message)
    this.messages.push(message)
    this.#tell(`${message} (${this.#fate})`)
    if (this.count === named) this.#tell(`bad rows after these ${named} are counted, not named`)
  }

  get #fate(): string {
    return this.#onError === 'skip' ? 'row skipped' : 'null in its place'
  }
}
