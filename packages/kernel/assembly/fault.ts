/** What was wrong when this instance trapped; globals, since threads share the memory but not the instance. */
let faultRecord: usize = 0
let faultOperand: u32 = 0

/** Address of the record that the last run trapped in, 0 when none has since this was asked last. */
export function fault(): usize {
  const record = faultRecord
  faultRecord = 0
  return record
}

/** The value that record could not use. */
export function faultValue(): u32 {
  return faultOperand
}

/** Ends the run: op `record` was given `value`, which it cannot use. */
export function fail(record: usize, value: u32): void {
  faultRecord = record
  faultOperand = value
  unreachable()
}
