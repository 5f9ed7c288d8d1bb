/** What a Python literal can be; tuples and lists are both arrays. */
export type PythonLiteral =
  | string
  | number
  | boolean
  | null
  | PythonLiteral[]
  | Map<string, PythonLiteral>

const maximumDepth = 20

/** The text is no Python literal; the offset is into the text. */
export class PythonLiteralError extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/**
 * Reads the Python literals that `.npy` headers are made of: strings, integers, True, False, None, tuples, lists and
 * dicts with string keys. Nothing is evaluated.
 *
 * @throws {PythonLiteralError}
 */
export function parsePythonLiteral(text: string): PythonLiteral {
  let position = 0

  const fail = (message: string): never => {
    throw new PythonLiteralError(message, position)
  }
  const skipSpace = (): void => {
    while (position < text.length && ' \t\r\n'.includes(text[position] as string)) position += 1
  }
  const accept = (token: string): boolean => {
    skipSpace()
    if (!text.startsWith(token, position)) return false
    position += token.length
    return true
  }

  const readString = (): string => {
    const quote = text[position] as string
    position += 1
    let value = ''
    while (position < text.length && text[position] !== quote) {
      if (text[position] === '\\') position += 1
      value += text[position] ?? ''
      position += 1
    }
    if (position >= text.length) fail('string without an end')
    position += 1
    return value
  }

  const readItems = (close: string, depth: number): PythonLiteral[] => {
    const items: PythonLiteral[] = []
    while (!accept(close)) {
      items.push(readValue(depth + 1))
      if (!accept(',')) {
        if (!accept(close)) fail(`"," or "${close}" missing`)
        break
      }
    }
    return items
  }

  const readDict = (depth: number): Map<string, PythonLiteral> => {
    const entries = new Map<string, PythonLiteral>()
    while (!accept('}')) {
      const key = readValue(depth + 1)
      if (typeof key !== 'string') return fail('dict key that is no string')
      if (!accept(':')) fail('":" missing')
      entries.set(key, readValue(depth + 1))
      if (!accept(',')) {
        if (!accept('}')) fail('"," or "}" missing')
        break
      }
    }
    return entries
  }

  const readValue = (depth: number): PythonLiteral => {
    if (depth > maximumDepth) fail('nested too deeply')
    skipSpace()
    const next = text[position]
    if (next === "'" || next === '"') return readString()
    if (accept('{')) return readDict(depth)
    if (accept('[')) return readItems(']', depth)
    if (accept('(')) {
      const items = readItems(')', depth)
      // (3) is a number in parentheses, (3,) a tuple; NumPy writes the latter for shapes.
      return items
    }
    if (accept('True')) return true
    if (accept('False')) return false
    if (accept('None')) return null
    // Python 2 wrote long integers with an L.
    const number = /^[+-]?\d+L?/.exec(text.slice(position, position + 32))
    if (!number) return fail('no literal')
    position += number[0].length
    return Number.parseInt(number[0], 10)
  }

  const value = readValue(0)
  skipSpace()
  if (position < text.length) fail('text after the literal')
  return value
}
