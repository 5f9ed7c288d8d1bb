import * as L from '../../src/wasm/layout'
import { fail } from '../fault'

/** y[row, i] = table[x[row], i]; a negative index counts from the end. */
export function gather(record: usize, row: u32, rows: u32): void {
  const widthBytes = load<u32>(record, L.GATHER_WIDTH << 2) << 2
  const table = load<u32>(record, L.GATHER_TABLE << 2)
  const count = load<u32>(record, L.GATHER_COUNT << 2)
  let x = load<u32>(record, L.GATHER_X << 2) + row * load<u32>(record, L.GATHER_X_ADVANCE << 2)
  let y = load<u32>(record, L.GATHER_Y << 2) + row * load<u32>(record, L.GATHER_Y_ADVANCE << 2)
  for (; rows; rows--) {
    const given = load<i32>(x)
    const index: u32 = given < 0 ? given + count : given
    if (index >= count) fail(record, given)
    memory.copy(y, table + index * widthBytes, widthBytes)
    x += 4
    y += widthBytes
  }
}
