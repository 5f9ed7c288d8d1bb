/** The first `count` (1…3) floats at `address`; the other lanes are 0. */
export function loadSome(address: usize, count: usize): v128 {
  let v = v128.load32_zero(address)
  if (count > 1) v = v128.load32_lane(address, v, 1, 4)
  if (count > 2) v = v128.load32_lane(address, v, 2, 8)
  return v
}

/** Stores the first `count` (1…3) lanes. */
export function storeSome(address: usize, v: v128, count: usize): void {
  v128.store32_lane(address, v, 0)
  if (count > 1) v128.store32_lane(address, v, 1, 4)
  if (count > 2) v128.store32_lane(address, v, 2, 8)
}
