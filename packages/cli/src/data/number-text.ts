/** The shortest decimal that reads back as the same number; for float32 values, as the same float32. */
export function numberText(value: number | bigint, float32: boolean): string {
  if (typeof value === 'bigint' || Number.isSafeInteger(value))
    return Object.is(value, -0) ? '-0' : `${value}`
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return float32 ? `${shortestFloat32(value)}` : `${value}`
}

const smallestNormal = 2 ** -126
/** Powers of ten that are exact as doubles. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent)

/** The double nearest to `value`'s shortest float32 decimal: 0.10000000149011612 → 0.1. */
export function shortestFloat32(value: number): number {
  const size = Math.abs(value)
  // Where digits and powers are exact as doubles, a quotient of them is what a parser of the decimal would give.
  if (size >= 1e-12 && size < 1e6)
    return value < 0 ? -shortestOfMiddle(size) : shortestOfMiddle(size)
  if (!Number.isFinite(value)) return value
  // Subnormals may need fewer digits than the six that every normal number keeps.
  for (let digits = size < smallestNormal ? 1 : 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits))
    if (Math.fround(rounded) === value) return rounded
  }
  return Number(value.toPrecision(9))
}

/** @param size at least 1e-12, below 1e6 */
function shortestOfMiddle(size: number): number {
  let places = 5
  for (let top = 10; size >= top; top *= 10) places -= 1
  for (let bottom = 1; size < bottom; bottom /= 10) places += 1
  for (let digits = 6; digits < 9; digits++, places++) {
    const power = powers[places] as number
    const rounded = Math.round(size * power) / power
    if (Math.fround(rounded) === size) return rounded
  }
  const power = powers[places] as number
  return Math.round(size * power) / power
}
