import { InputError } from '@dotplus/core'

/**
 * Rows of numbers; a first line that is not numbers is a header.
 *
 * @throws {InputError} naming the line that is no row of numbers
 */
export function rowsOfCsv(text: string, file: string): number[][] {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const rows: number[][] = []
  for (const [index, line] of lines.entries()) {
    if (line === '') continue
    const numbers = line.split(',').map((cell) => (cell.trim() === '' ? NaN : Number(cell)))
    const isNumbers = line
      .split(',')
      .every((cell, k) => !Number.isNaN(numbers[k]) || /^\s*nan\s*$/i.test(cell))
    if (!isNumbers) {
      if (rows.length === 0 && index === 0) continue
      throw new InputError('a line that is not numbers', {
        file,
        place: `line ${index + 1}`,
        got: line.slice(0, 60),
      })
    }
    const [first] = rows
    if (first && first.length !== numbers.length) {
      throw new InputError('a line of another length', {
        file,
        place: `line ${index + 1}`,
        expected: `${first.length} numbers`,
        got: `${numbers.length}`,
      })
    }
    rows.push(numbers)
  }
  return rows
}
