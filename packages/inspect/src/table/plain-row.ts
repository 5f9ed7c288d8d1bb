import { parseNumber } from './parse-number.ts'

const [comma, point, plus, minus, zero] = [44, 46, 43, 45, 48]

/** Decimal digits that a double holds whatever they are: such an integer is exact. */
const exactDigits = 15
/** Powers of ten that are exact as doubles; a quotient of two exact numbers is rounded once, as a parser would. */
const powers = Float64Array.from({ length: exactDigits + 1 }, (_, exponent) => 10 ** exponent)

const ascii = new TextDecoder('latin1')

/**
 * Reads a line of `width` numbers between commas straight from its bytes (Clinger's fast path for short decimals), and
 * what is not a short decimal through its text.
 *
 * @param values takes them from `at` on; holds nothing of use when the answer is false
 * @returns false when the line is anything else: quotes, other columns, or a cell that is no number
 */
export function readPlainRow(
  bytes: Uint8Array,
  start: number,
  end: number,
  values: Float64Array,
  at: number,
  width: number,
): boolean {
  let text: string | undefined
  let position = start
  for (let column = 0; column < width; column++) {
    const first = position
    const sign = bytes[position]
    if (sign === minus || sign === plus) position += 1
    let mantissa = 0
    let digits = 0
    let fraction = -1
    let byte = 0
    for (; position < end; position++) {
      byte = bytes[position] as number
      const digit = byte - zero
      if (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit
        digits += 1
        if (fraction >= 0) fraction += 1
      } else if (byte === point && fraction < 0) fraction = 0
      else break
    }
    const isWhole = position === end || byte === comma
    if (isWhole && digits > 0 && digits <= exactDigits) {
      const size = fraction > 0 ? mantissa / (powers[fraction] as number) : mantissa
      values[at + column] = sign === minus ? -size : size
    } else {
      while (position < end && bytes[position] !== comma) position += 1
      text ??= ascii.decode(bytes.subarray(start, end))
      const value = parseNumber(text.slice(first - start, position - start))
      if (value === undefined) return false
      values[at + column] = value
    }
    if (position === end) return column === width - 1
    position += 1
  }
  return false
}
