import * as L from '../src/wasm/layout'
import { activation } from './ops/activation'
import { copy } from './ops/copy'
import { dense } from './ops/dense'
import { glu } from './ops/glu'
import { logSoftmax, softmax } from './ops/softmax'
import { sparsemax } from './ops/sparsemax'
import { transpose } from './ops/transpose'
import { executeWith, Ops, runWith } from './executor'

/** The ops of dense networks, for a kernel of a third of the size. */
@unmanaged
@final
class DenseOps extends Ops {
  execute(record: usize, row: u32, rows: u32): void {
    switch (load<u32>(record)) {
      case L.DENSE: return dense(record, row, rows)
      case L.ACTIVATION: return activation(record, row, rows)
      case L.SOFTMAX: return softmax(record, row, rows)
      case L.LOG_SOFTMAX: return logSoftmax(record, row, rows)
      case L.SPARSEMAX: return sparsemax(record, row, rows)
      case L.COPY: return copy(record, row, rows)
      case L.TRANSPOSE: return transpose(record, row, rows)
      case L.GLU: return glu(record, row, rows)
      default: unreachable()
    }
  }
}

/** Executes `count` op records, see src/wasm/layout.ts. */
export function run(program: usize, count: u32): void {
  runWith<DenseOps>(program, count)
}

/** Rows `row` to `row + rows` of one op; threads share an op so. */
export function execute(record: usize, row: u32, rows: u32): void {
  executeWith<DenseOps>(record, row, rows)
}
