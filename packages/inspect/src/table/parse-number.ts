const special: Readonly<Record<string, number>> = {
  nan: NaN,
  '+nan': NaN,
  '-nan': NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '+infinity': Infinity,
  '-infinity': -Infinity,
}

/** A number as NumPy and pandas write it, with `nan` and `inf`; undefined when `text` is none. */
export function parseNumber(text: string): number | undefined {
  const value = Number(text)
  if (!Number.isNaN(value)) return value === 0 && text.trim() === '' ? undefined : value
  return special[text.trim().toLowerCase()]
}
