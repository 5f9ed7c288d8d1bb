import * as L from '../../src/wasm/layout'

/**
 * keras.ops.sparsemax, row by row: with z sorted downwards and c its running sum, the support is where
 * z[k] − (c[k] − 1) / k > 0, and y = max(x − τ, 0). Keras's τ is (Σ c over the support − 1) / |support|,
 * which differs from the paper's (arXiv:1602.02068) for supports larger than one; what counts here is
 * Keras's answer. All in float32 and in order, since the comparison depends on the rounding.
 */
export function sparsemax(record: usize, row: u32, rows: u32): void {
  const width = load<u32>(record, L.SOFTMAX_WIDTH << 2)
  const scratch = load<u32>(record, L.SOFTMAX_SCRATCH << 2)
  const bytes = width << 2
  let x = load<u32>(record, L.SOFTMAX_X << 2) + row * load<u32>(record, L.SOFTMAX_X_ADVANCE << 2)
  let y = load<u32>(record, L.SOFTMAX_Y << 2) + row * load<u32>(record, L.SOFTMAX_Y_ADVANCE << 2)
  for (; rows; rows--) {
    memory.copy(scratch, x, bytes)
    const tau = threshold(scratch, width)
    for (let i: u32 = 0; i < bytes; i += 4) store<f32>(y + i, max<f32>(load<f32>(x + i) - tau, 0))
    x += bytes
    y += bytes
  }
}

/** τ of the `width` floats at `z`, which are sorted in place. */
function threshold(z: usize, width: u32): f32 {
  sortDown(z, width)
  let running: f32 = 0
  let total: f32 = 0
  let support: f32 = 0
  for (let k: u32 = 0; k < width; k++) {
    const value = load<f32>(z + (k << 2))
    running += value
    if (value - (running - 1) / <f32>(k + 1) > 0) {
      total += running
      support += 1
    }
  }
  return (total - 1) / support
}

/** Heap sort, largest first. */
function sortDown(z: usize, count: u32): void {
  for (let i = count >> 1; i > 0; ) sift(z, --i, count)
  for (let last = count; last > 1; ) {
    last--
    const least = load<f32>(z)
    store<f32>(z, load<f32>(z + (last << 2)))
    store<f32>(z + (last << 2), least)
    sift(z, 0, last)
  }
}

/** Restores the heap below `parent`: no child is smaller than its parent. */
function sift(z: usize, parent: u32, count: u32): void {
  const value = load<f32>(z + (parent << 2))
  for (let child: u32 = 2 * parent + 1; child < count; child = 2 * parent + 1) {
    if (child + 1 < count && load<f32>(z + ((child + 1) << 2)) < load<f32>(z + (child << 2))) child++
    const least = load<f32>(z + (child << 2))
    if (!(least < value)) break
    store<f32>(z + (parent << 2), least)
    parent = child
  }
  store<f32>(z + (parent << 2), value)
}
