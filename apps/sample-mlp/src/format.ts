/** "1.3e-6", "0". */
export function scientific(value: number): string {
  return value === 0 ? '0' : value.toExponential(1)
}

/** Milliseconds in the unit that suits them: "0.35 µs", "65 ms", "2.6 s". */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${threeDigits(milliseconds * 1000)} µs`
  if (milliseconds < 1000) return `${threeDigits(milliseconds)} ms`
  return `${threeDigits(milliseconds / 1000)} s`
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : `${Number(value.toPrecision(2))}`
}

const grouped = new Intl.NumberFormat('en-US')

export function count(value: number): string {
  return grouped.format(value)
}

/** "1.9 kB". */
export function bytes(value: number): string {
  return value < 1000 ? `${value} B` : `${(value / 1000).toFixed(1)} kB`
}

/** Two decimals with a true minus sign. */
export function decimal(value: number): string {
  return value.toFixed(2).replace('-', '−')
}
