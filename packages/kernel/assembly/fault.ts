import * as L from '../src/wasm/layout'

/** What was wrong when the kernel trapped: FAULT_RECORD, FAULT_VALUE. */
const FAULT: usize = memory.data(8, 4)

/** Address of the words that say why the last run trapped. */
export function fault(): usize {
  return FAULT
}

/** Ends the run: op `record` was given `value`, which it cannot use. */
export function fail(record: usize, value: u32): void {
  store<u32>(FAULT, record, L.FAULT_RECORD << 2)
  store<u32>(FAULT, value, L.FAULT_VALUE << 2)
  unreachable()
}
