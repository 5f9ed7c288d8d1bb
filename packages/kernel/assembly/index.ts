export { fault, faultValue } from './fault'
export { peak, stream } from './peak'
export { execute, run } from './execute'
export { tiling } from './dense/gemm'
export { packDense, packedDenseBytes } from './dense/packing'
export { largestTile, packWinograd, packedWinogradBytes } from './winograd/packing'
export { float64 } from './math/float64'

/** First byte of the linear memory that is free for the host. */
export function heapBase(): usize {
  return __heap_base
}
