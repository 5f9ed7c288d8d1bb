/** Whole numbers from 0 below a limit, the same for the same seed (xorshift32). */
export function randomFrom(seed) {
  let state = seed >>> 0 || 1
  return (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}
