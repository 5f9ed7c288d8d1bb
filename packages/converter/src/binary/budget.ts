import { FormatError } from '@dotplus/core'

/** Bytes a file of `byteLength` bytes may expand to in memory: four times its size plus 64 MiB. */
export function allowedExpansion(byteLength: number): number {
  return 4 * byteLength + 64 * 1024 * 1024
}

/** Counts the bytes a reader allocates on behalf of one file, so that a small hostile file cannot ask for gigabytes. */
export class Budget {
  #left: number
  readonly #limit: number
  readonly #file: string

  constructor(file: string, limit: number) {
    this.#file = file
    this.#limit = limit
    this.#left = limit
  }

  /**
   * Takes `bytes` from what is left.
   *
   * @throws {FormatError} naming the limit when they are more than that
   */
  take(bytes: number, place: string): void {
    if (!(bytes <= this.#left)) {
      throw new FormatError('the file asks for more memory than its size explains', {
        file: this.#file,
        place,
        expected: `at most ${this.#limit} bytes in all`,
        got: `${bytes} more bytes after ${this.#limit - this.#left}`,
      })
    }
    this.#left -= bytes
  }
}
