import type { Json } from '../keras/python-json.ts'

/** Where Python's str.splitlines ends a line: its rarer ends are three separators of ASCII and three of Unicode. */
const rareLineEnds = String.fromCharCode(0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029)
const pythonLineEnd = new RegExp(`\\r\\n|[\\n\\v\\f\\r${rareLineEnds}]`)

/**
 * The terms of a vocabulary.txt, one a line, special ones included. Keras reads them with Python's splitlines, which
 * takes more characters for the end of a line than it wrote, and drops empty terms at the end. Where the config says how
 * many there are, they are taken as they were written.
 */
export function vocabularyTerms(file: string, size: Json | undefined): string[] {
  const written = file.split('\n')
  if (written.length === size) return written
  const lines = file.split(pythonLineEnd)
  while (lines.at(-1) === '') lines.pop()
  return lines
}
