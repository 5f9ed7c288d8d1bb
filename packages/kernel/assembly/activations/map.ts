import { loadSome, storeSome } from '../lanes'

/** An elementwise function of x with parameters p, q, r (each in all lanes). */
@unmanaged
export abstract class Elementwise {
  abstract apply(x: v128, p: v128, q: v128, r: v128): v128
}

/** y[i] = F(x[i]) for `count` floats; `parameters` is the address of three floats. x may be y. */
export function map<F extends Elementwise>(count: usize, x: usize, y: usize, parameters: usize): void {
  const f = changetype<F>(0) // F has no fields: only its code is used
  const p = v128.load32_splat(parameters)
  const q = v128.load32_splat(parameters, 4)
  const r = v128.load32_splat(parameters, 8)
  while (count >= 4) {
    v128.store(y, f.apply(v128.load(x), p, q, r))
    x += 16
    y += 16
    count -= 4
  }
  if (count) storeSome(y, f.apply(loadSome(x, count), p, q, r), count)
}

/**
 * The same for an F of many instructions: one copy of them serves whole vectors and the rest, at the
 * price of two well-predicted branches.
 */
export function mapLong<F extends Elementwise>(count: usize, x: usize, y: usize, parameters: usize): void {
  const f = changetype<F>(0)
  const p = v128.load32_splat(parameters)
  const q = v128.load32_splat(parameters, 4)
  const r = v128.load32_splat(parameters, 8)
  while (count) {
    const some = min<usize>(count, 4)
    const v = f.apply(some == 4 ? v128.load(x) : loadSome(x, some), p, q, r)
    if (some == 4) v128.store(y, v)
    else storeSome(y, v, some)
    x += 16
    y += 16
    count -= some
  }
}

/** An elementwise function of many instructions that depend on each other, which keeps two vectors in flight. */
@unmanaged
export abstract class Paired extends Elementwise {
  /** Eight floats from x to y, with the bits of `apply`. */
  abstract pair(x: usize, y: usize): void
}

/** `mapLong`, eight floats at a time; in the kernel of dense networks, which is built for size, four. */
export function mapPairs<F extends Paired>(count: usize, x: usize, y: usize, parameters: usize): void {
  const f = changetype<F>(0)
  // @ts-ignore: a constant of the build, see scripts/build-wasm.mjs
  if (!DENSE_ONLY) {
    for (; count >= 8; count -= 8) {
      f.pair(x, y)
      x += 32
      y += 32
    }
  }
  if (count) mapLong<F>(count, x, y, parameters)
}
