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

/** The shortest decimal that reads back as the same number; for float32 values, as the same float32. */
export function numberText(value: number | bigint, float32: boolean): string {
  if (typeof value === 'bigint' || Number.isSafeInteger(value))
    return Object.is(value, -0) ? '-0' : `${value}`
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return float32 ? `${shortestFloat32(value)}` : `${value}`
}

const smallestNormal = 2 ** -126

/** The double nearest to `value`'s shortest float32 decimal: 0.10000000149011612 → 0.1. */
export function shortestFloat32(value: number): number {
  if (!Number.isFinite(value)) return value
  // Subnormals may need fewer digits than the six that every normal number keeps.
  for (let digits = Math.abs(value) < smallestNormal ? 1 : 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits))
    if (Math.fround(rounded) === value) return rounded
  }
  return Number(value.toPrecision(9))
}
