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
  const end = x + ((count & ~3) << 2)
  for (; x < end; x += 16) {
    v128.store(y, f.apply(v128.load(x), p, q, r))
    y += 16
  }
  const rest = count & 3
  if (rest) storeSome(y, f.apply(loadSome(x, rest), p, q, r), rest)
}
