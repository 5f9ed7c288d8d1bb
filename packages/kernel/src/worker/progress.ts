/** How far a download or read has come. */
export interface Progress {
  /** Bytes that have arrived, of the model and all its shards. */
  readonly loaded: number
  /** Bytes in all; undefined while unknown. The last report has `loaded` equal to it. */
  readonly total: number | undefined
}

/** Adds up what arrives and reports it. `loaded` never falls. */
export class ProgressMeter {
  #report: ((progress: Progress) => void) | undefined
  #loaded = 0
  #total: number | undefined = 0
  #isPlanned = false
  #last: Progress | undefined

  constructor(report: ((progress: Progress) => void) | undefined) {
    this.#report = report
  }

  /** Announces `bytes` more to come; undefined when nobody knows. */
  expect(bytes: number | undefined): void {
    if (this.#isPlanned) return
    this.#total = this.#total === undefined || bytes === undefined ? undefined : this.#total + bytes
  }

  /** Announces exactly `bytes` more to come and nothing after them. */
  expectLast(bytes: number): void {
    this.#isPlanned = true
    this.#total = this.#loaded + bytes
  }

  add(bytes: number): void {
    this.#loaded += bytes
    this.#emit()
  }

  /** Everything has arrived. */
  finish(): void {
    this.#total = this.#loaded
    if (this.#last?.loaded !== this.#loaded || this.#last.total !== this.#loaded) this.#emit()
  }

  #emit(): void {
    const isWithinTotal = this.#total !== undefined && this.#loaded <= this.#total
    this.#last = { loaded: this.#loaded, total: isWithinTotal ? this.#total : undefined }
    this.#report?.(this.#last)
  }
}
