/** y (rows, width) = table (count, width) at x (rows); negative indices count from the end. */
export function gather(
  x: ArrayLike<number>, // (rows)
  table: ArrayLike<number>, // (count, width)
  width: number,
): number[] {
  const count = table.length / width
  return Array.from(x).flatMap((given) => {
    const index = given < 0 ? given + count : given
    return Array.from({ length: width }, (_, i) => table[index * width + i]!)
  })
}

/** 1 for each row of x (rows, width) that passes, else 0. */
export function rowTest(
  x: ArrayLike<number>, // (rows, width)
  width: number,
  test: 'any_differs' | 'any_set' | 'all_set',
  value = 0,
): number[] {
  return Array.from({ length: x.length / width }, (_, row) => {
    const differs = Array.from({ length: width }, (__, i) => x[row * width + i] !== value)
    return Number(test === 'all_set' ? differs.every(Boolean) : differs.some(Boolean))
  })
}

/** y (rows, width) = x where the row's mask (rows) is set, else `other`. */
export function select(
  x: ArrayLike<number>, // (rows, width)
  mask: ArrayLike<number>, // (rows)
  other: number | ArrayLike<number>, // one number or (rows, width)
): number[] {
  const width = x.length / mask.length
  return Array.from(x, (value, at) => {
    if (mask[Math.floor(at / width)]) return value
    return typeof other === 'number' ? other : other[at]!
  })
}

/** y (rows, width) = mean of x (rows, steps, width) over the steps whose mask (rows, steps) is set. */
export function maskedMean(
  { rows, steps, width }: { rows: number; steps: number; width: number },
  x: ArrayLike<number>, // (rows, steps, width)
  mask: ArrayLike<number>, // (rows, steps)
): number[] {
  return Array.from({ length: rows * width }, (_, at) => {
    const row = Math.floor(at / width)
    let sum = 0
    let count = 0
    for (let step = 0; step < steps; step++) {
      if (!mask[row * steps + step]) continue
      sum += x[(row * steps + step) * width + (at % width)]!
      count += 1
    }
    return Math.fround(sum / count)
  })
}
