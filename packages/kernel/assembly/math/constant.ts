/**
 * Float `index` of a constant table, in all four lanes. Tables live in linear memory: engines
 * rebuild `splat(literal)` on every turn of a loop, a load is cheaper.
 */
// @ts-ignore: decorator
@inline
export function constant(table: usize, index: usize): v128 {
  return v128.load32_splat(table + (index << 2))
}
