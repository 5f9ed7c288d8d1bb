const grouped = new Intl.NumberFormat('en-US')

/** 1234567 → "1,234,567". */
export function formatCount(count: number): string {
  return grouped.format(count)
}

/** "1 layer", "3 layers". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

const units = ['B', 'KB', 'MB', 'GB', 'TB']

/** 1284 → "1.25 KB", in steps of 1,024 as Keras's summary counts. */
export function formatBytes(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit += 1
  }
  return `${unit === 0 ? size : size.toFixed(2)} ${units[unit]}`
}

/** Two significant digits: "4.8e-7", "0"; NaN and infinities by name. */
export function formatError(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return `${value}`
  return value.toExponential(1)
}

/** "(None, 20)", as Keras writes shapes; -1 and null are free. */
export function formatShape(shape: readonly (number | null)[]): string {
  const sizes = shape.map((size) => (size === null || size < 0 ? 'None' : `${size}`))
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(', ')})`
}
