/** A number where it is exact, else a bigint. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** Protocol 0's STRING is a Python 2 `repr`: quotes and backslash escapes of single bytes. */
export function unquote(line: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' }
  return line
    .slice(1, -1)
    .replaceAll(/\\(x[0-9a-fA-F]{2}|.)/g, (_, escape: string) =>
      escape.length === 3
        ? String.fromCharCode(Number.parseInt(escape.slice(1), 16))
        : (escapes[escape] ?? escape),
    )
}

/** Protocol 0's UNICODE is Python's raw-unicode-escape: latin1 with \uXXXX and \UXXXXXXXX. */
export function rawUnicode(line: string): string {
  return line.replaceAll(
    /\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g,
    (_, short?: string, long?: string) => {
      const point = Number.parseInt(short ?? long ?? '0', 16)
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd'
    },
  )
}
