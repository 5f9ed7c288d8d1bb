import type { Terminal } from './terminal.ts'

/** A line on the terminal that tells how far long work has come; silent in a pipe. */
export interface Progress {
  show(line: string): void
  clear(): void
}

const interval = 100 // ms between two updates

export function progressOn(terminal: Terminal): Progress {
  if (!terminal.interactive) return { show: () => {}, clear: () => {} }
  let shown = -Infinity
  const eraseLine = '\r\u001b[K'
  return {
    show(line) {
      if (performance.now() - shown < interval) return
      shown = performance.now()
      terminal.writeError(`${eraseLine}${line.slice(0, terminal.width - 1)}`)
    },
    clear() {
      if (shown > -Infinity) terminal.writeError(eraseLine)
    },
  }
}
