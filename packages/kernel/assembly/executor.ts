import * as L from '../src/wasm/layout'

/** The ops of a build: what an op record does. */
@unmanaged
export abstract class Ops {
  /** One op over `rows` rows, the first of which is `row` of the enclosing LOOP. */
  abstract execute(record: usize, row: u32, rows: u32): void
}

/** Executes `count` op records, see src/wasm/layout.ts. */
export function runWith<T extends Ops>(program: usize, count: u32): void {
  const end = program + <usize>count * L.RECORD_BYTES
  while (program < end) {
    executeWith<T>(program, 0, load<u32>(program, L.ROWS << 2))
    if (load<u32>(program) == L.LOOP) program += <usize>load<u32>(program, L.LOOP_BODY << 2) * L.RECORD_BYTES
    program += L.RECORD_BYTES
  }
}

/** Rows `row` to `row + rows` of the op at `record`; of a LOOP, those rows of its body, one tile after the other. */
export function executeWith<T extends Ops>(record: usize, row: u32, rows: u32): void {
  if (load<u32>(record) != L.LOOP) return changetype<T>(0).execute(record, row, rows)
  const tileRows = load<u32>(record, L.LOOP_TILE_ROWS << 2)
  const body = record + L.RECORD_BYTES
  const end = body + <usize>load<u32>(record, L.LOOP_BODY << 2) * L.RECORD_BYTES
  for (const last = row + rows; row < last; row += tileRows) {
    const some = min(tileRows, last - row)
    for (let op = body; op < end; op += L.RECORD_BYTES) changetype<T>(0).execute(op, row, some)
  }
}
