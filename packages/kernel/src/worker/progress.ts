/** How far a download or read has come. */
export interface Progress {
  /** Bytes that have arrived, of the model and all its shards. Bytes that had to be read again count once. */
  readonly loaded: number
  /** Bytes in all; undefined while unknown. The last report, and no other, has `loaded` equal to it. */
  readonly total: number | undefined
  /** Bytes among `loaded` that came out of a cache and not over the network. */
  readonly fromCache: number
}

/** Hears what arrives of one file. */
export interface FileProgress {
  /** Announces `bytes` in all; undefined when nobody knows. */
  expect(bytes: number | undefined): void
  add(bytes: number): void
  /** The file is read again from byte `from`. */
  restart(from: number): void
  /** All that comes of this file is from a cache. */
  readsCache(): void
}

/** Adds up what arrives and reports it. `loaded` never falls. */
export class ProgressMeter {
  #report: ((progress: Progress) => void) | undefined
  #loaded = 0
  #fromCache = 0
  #total: number | undefined = 0
  #isPlanned = false
  #last: Progress | undefined

  /** True when somebody hears what arrives. */
  get isHeard(): boolean {
    return this.#report !== undefined
  }

  constructor(report: ((progress: Progress) => void) | undefined) {
    this.#report = report
  }

  /** One file among those that are read. */
  file(): FileProgress {
    let isExpected = false
    let isCached = false
    let position = 0
    let counted = 0
    return {
      expect: (bytes) => {
        if (!isExpected) this.#expect(bytes)
        isExpected = true
      },
      add: (bytes) => {
        position += bytes
        const fresh = Math.max(position - counted, 0)
        counted += fresh
        this.#add(fresh, isCached)
      },
      restart: (from) => {
        position = from
        isCached = false
      },
      readsCache: () => {
        isCached = true
      },
    }
  }

  /** Announces exactly `bytes` more to come and nothing after them. */
  expectLast(bytes: number): void {
    this.#isPlanned = true
    this.#total = this.#loaded + bytes
  }

  /** Everything has arrived. */
  finish(): void {
    this.#total = this.#loaded
    this.#isPlanned = true
    if (this.#last?.loaded !== this.#loaded || this.#last.total !== this.#loaded) this.#emit()
  }

  #expect(bytes: number | undefined): void {
    if (this.#isPlanned) return
    this.#total = this.#total === undefined || bytes === undefined ? undefined : this.#total + bytes
  }

  #add(bytes: number, isCached: boolean): void {
    this.#loaded += bytes
    if (isCached) this.#fromCache += bytes
    // Until a model has been read nobody knows whether shards follow: only then is it said that all has arrived.
    const mayBeAll = this.#loaded === this.#total && !this.#isPlanned
    if (bytes > 0 && !mayBeAll) this.#emit()
  }

  #emit(): void {
    const isWithinTotal = this.#total !== undefined && this.#loaded <= this.#total
    this.#last = {
      loaded: this.#loaded,
      total: isWithinTotal ? this.#total : undefined,
      fromCache: this.#fromCache,
    }
    this.#report?.(this.#last)
  }
}
