/** The characters that C calls white space; others of Unicode are none to TensorFlow. */
const whitespace = /[ \t\n\v\f\r]+/

/** The words between white space; a text of white space alone has none. */
export function splitWords(text: string): string[] {
  return text.split(whitespace).filter((word) => word !== '')
}

/** The text's code points, each a text of its own. */
export function splitCharacters(text: string): string[] {
  return Array.from(text)
}

/** All runs of neighbouring tokens of each width in turn, joined by a space. */
export function ngrams(tokens: readonly string[], widths: readonly number[]): string[] {
  return widths.flatMap((width) =>
    width > tokens.length
      ? []
      : Array.from({ length: tokens.length - width + 1 }, (_, first) =>
          width === 1 ? (tokens[first] as string) : tokens.slice(first, first + width).join(' '),
        ),
  )
}
