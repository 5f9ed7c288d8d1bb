import { Session } from 'node:inspector'

/** Code of ours that has run, as V8 counts it: blocks of functions by file and offset. */
export class Coverage {
  #session = new Session()
  #seen = new Set()

  constructor() {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    this.take()
  }

  get size() {
    return this.#seen.size
  }

  /** How many blocks ran for the first time since the last call. */
  take() {
    let added = 0
    this.#session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error) throw error
      for (const { url, functions } of answer.result) {
        if (!/\/packages\/(converter|core)\/dist\//.test(url)) continue
        for (const { ranges } of functions)
          for (const { startOffset, endOffset, count } of ranges) {
            // How often, in powers of two: a loop that runs longer is something new.
            const key = `${url}:${startOffset}:${endOffset}:${count === 0 ? 0 : Math.floor(Math.log2(count)) + 1}`
            if (count === 0 || this.#seen.has(key)) continue
            this.#seen.add(key)
            added += 1
          }
      }
    })
    return added
  }
}
