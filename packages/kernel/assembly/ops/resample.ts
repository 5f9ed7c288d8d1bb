import * as L from '../../src/wasm/layout'
import { madd64 } from '../madd'
import { demote, loadSome, promoteHigh, storeSome } from '../lanes'

/** y[outer, o, i] = Σₜ weights[o, t] · x[outer, first[o] + t, i], summed in float64 and rounded once. */
export function resample(record: usize, row: u32, rows: u32): void {
  const bytes = load<u32>(record, L.RESAMPLE_INNER << 2) << 2
  const length = load<u32>(record, L.RESAMPLE_IN << 2)
  const x = load<u32>(record, L.RESAMPLE_X << 2)
  const table = load<u32>(record, L.RESAMPLE_WEIGHTS << 2)
  const out = load<u32>(record, L.RESAMPLE_OUT << 2)
  const entry = (load<u32>(record, L.RESAMPLE_TAPS << 2) + 2) << 2
  let y = load<u32>(record, L.RESAMPLE_Y << 2) + row * load<u32>(record, L.RESAMPLE_Y_ADVANCE << 2)
  for (const end = row + rows; row < end; row++) {
    const at = table + (row % out) * entry
    const first = x + ((row / out) * length + load<u32>(at)) * bytes
    const weightsEnd = at + 8 + (load<u32>(at, 4) << 2)
    for (let c: u32 = 0; c < bytes; c += 16) {
      const some = min((bytes - c) >> 2, 4)
      let low = f64x2.splat(0)
      let high = low
      let p = first + c
      for (let w = at + 8; w < weightsEnd; w += 4) {
        const v = some == 4 ? v128.load(p) : loadSome(p, some)
        const weight = f64x2.splat(<f64>load<f32>(w))
        low = madd64(f64x2.promote_low_f32x4(v), weight, low)
        high = madd64(promoteHigh(v), weight, high)
        p += bytes
      }
      const sum = demote(low, high)
      if (some == 4) v128.store(y + c, sum)
      else storeSome(y + c, sum, some)
    }
    y += bytes
  }
}
