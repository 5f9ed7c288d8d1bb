export const NOTHING = '–'

/** Three significant digits, never in exponent notation. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return NOTHING
  const decimals = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(decimals, 4))
}

export function ratio(value: number): string {
  return Number.isFinite(value) ? `${digits(value)}×` : NOTHING
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${digits(share * 100)} %` : NOTHING
}

export function byteSize(bytes: number): string {
  return bytes < 1e6 ? `${digits(bytes / 1e3)} kB` : `${digits(bytes / 1e6)} MB`
}
