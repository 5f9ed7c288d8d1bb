/** A function of two vectors of 4-byte elements. */
@unmanaged
export abstract class Pairwise {
  abstract apply(a: v128, b: v128): v128
}
