/** Compares names as people count: L2 before L10, arr_9 before arr_10. */
export function naturalOrder(a: string, b: string): number {
  const left = a.split(/(\d+)/)
  const right = b.split(/(\d+)/)
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x, y] = [left[i] as string, right[i] as string]
    if (x === y) continue
    // Odd pieces are the digits.
    if (i % 2 === 1 && Number(x) !== Number(y)) return Number(x) - Number(y)
    return x < y ? -1 : 1
  }
  return left.length - right.length
}
