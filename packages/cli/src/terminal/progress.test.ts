import { expect, test } from 'vitest'
import { duration, progressOn } from './progress.ts'
import type { Terminal } from './terminal.ts'

function watched(interactive: boolean, width = 80): { terminal: Terminal; written: string[] } {
  const written: string[] = []
  const terminal: Terminal = {
    width,
    interactive,
    exitCode: 0,
    write: () => Promise.resolve(),
    print: () => undefined,
    writeError: (text) => void written.push(text),
    style: (_, text) => text,
  }
  return { terminal, written }
}

test('a bar, what was done, and what remains, on one line', () => {
  const { terminal, written } = watched(true)
  let time = 0
  const progress = progressOn(terminal, () => time)
  progress.show('soon', 0.1)
  expect(written).toEqual([])
  time = 2000
  progress.show('250 rows, 125 rows/s', 0.25)
  progress.show('too soon after that', 0.25)
  expect(written).toEqual([
    '\r\u001b[K▕██████                  ▏  25 %  250 rows, 125 rows/s, 6 s left',
  ])
  time = 9000
  progress.show('all', 1)
  expect(written.at(-1)).toBe('\r\u001b[K▕████████████████████████▏ 100 %  all, 0 s left')
  progress.clear()
  expect(written.at(-1)).toBe('\r\u001b[K')
})

test('a narrow terminal cuts the line', () => {
  const { terminal, written } = watched(true, 40)
  let time = 0
  const progress = progressOn(terminal, () => time)
  time = 1000
  progress.show('a text that is longer than what is left of the line', 0.5)
  expect(written[0]?.replace('\r\u001b[K', '')).toHaveLength(39)
})

test('nothing in a pipe', () => {
  const { terminal, written } = watched(false)
  let time = 0
  const progress = progressOn(terminal, () => time)
  time = 5000
  progress.show('half', 0.5)
  progress.clear()
  expect(written).toEqual([])
})

test.each([
  [400, '0 s'],
  [59_400, '59 s'],
  [65_000, '1:05'],
  [7_200_000, '2:00:00'],
])('%d ms are %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text)
})
