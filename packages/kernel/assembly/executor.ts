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
    if (load<u32>(program) == L.LOOP) {
      loop<T>(program)
      program += <usize>(load<u32>(program, L.LOOP_BODY << 2) + 1) * L.RECORD_BYTES
    } else {
      changetype<T>(0).execute(program, 0, load<u32>(program, L.ROWS << 2))
      program += L.RECORD_BYTES
    }
  }
}

/** Runs the body of the LOOP at `record` once per tile of rows. */
function loop<T extends Ops>(record: usize): void {
  const rows = load<u32>(record, L.ROWS << 2)
  const tileRows = load<u32>(record, L.LOOP_TILE_ROWS << 2)
  const body = record + L.RECORD_BYTES
  const end = body + <usize>load<u32>(record, L.LOOP_BODY << 2) * L.RECORD_BYTES
  for (let row: u32 = 0; row < rows; row += tileRows) {
    const some = min(tileRows, rows - row)
    for (let op = body; op < end; op += L.RECORD_BYTES) changetype<T>(0).execute(op, row, some)
  }
}
