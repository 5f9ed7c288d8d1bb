import type { Terminal } from './terminal.ts'

/** A line on the terminal that tells how far long work has come; silent in a pipe. */
export interface Progress {
  /**
   * Shows how far the work is, at most ten times a second.
   *
   * @param text what has been done, and how fast
   * @param fraction of the work, from 0 to 1; without it no bar and no remaining time are shown
   */
  show(text: string, fraction?: number): void
  /** Takes the line away, for other output or at the end of the work; the next `show` brings it back. */
  clear(): void
}

const interval = 100 // ms between two updates
/** Work that is done sooner shows nothing. */
const patience = 300 // ms
/** Before that, what remains is a guess. */
const firstEstimate = 1000 // ms
const barWidth = 24

const eraseLine = '\r\u001b[K'

/** @param now milliseconds; the work begins when this is called */
export function progressOn(
  terminal: Terminal,
  now: () => number = () => performance.now(),
): Progress {
  if (!terminal.interactive) return { show: () => {}, clear: () => {} }
  const started = now()
  let shown = started + patience - interval
  let isShown = false
  return {
    show(text, fraction) {
      const time = now()
      if (time - shown < interval) return
      shown = time
      isShown = true
      const line = fraction === undefined ? text : withBar(text, fraction, time - started)
      terminal.writeError(`${eraseLine}${line.slice(0, terminal.width - 1)}`)
    },
    clear() {
      if (isShown) terminal.writeError(eraseLine)
      isShown = false
    },
  }
}

function withBar(text: string, fraction: number, elapsed: number): string {
  const done = Math.min(1, Math.max(0, fraction))
  const percent = `${Math.floor(done * 100)}`.padStart(3)
  const left =
    elapsed < firstEstimate || done === 0 ? '' : `, ${duration((elapsed / done) * (1 - done))} left`
  return `${bar(done)} ${percent} %  ${text}${left}`
}

/** Eighths of a column, from empty to full. */
const eighths = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█']

function bar(fraction: number): string {
  const filled = Math.round(fraction * barWidth * 8)
  const whole = Math.floor(filled / 8)
  const part = whole < barWidth ? (eighths[filled % 8] as string) : ''
  return `▕${'█'.repeat(whole)}${part}${' '.repeat(Math.max(0, barWidth - whole - 1))}▏`
}

/** "8 s", "1:05", "2:00:00" from milliseconds. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  const two = (value: number): string => `${value}`.padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours === 0
    ? `${minutes}:${two(seconds % 60)}`
    : `${hours}:${two(minutes)}:${two(seconds % 60)}`
}
