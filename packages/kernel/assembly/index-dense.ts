export { fault, faultValue } from './fault'
export { peak, stream } from './peak'
export { execute, run } from './execute-dense'
export { tiling } from './dense/gemm'
export { packDense, packedDenseBytes } from './dense/packing'

/** First byte of the linear memory that is free for the host. */
export function heapBase(): usize {
  return __heap_base
}
