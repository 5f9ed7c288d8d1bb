import * as L from '../src/wasm/layout'
import { activation } from './ops/activation'
import { float64Map } from './ops/float64'
import { affine, scaleShift } from './ops/affine'
import { attention } from './ops/attention'
import { band, where } from './ops/where'
import { binary } from './ops/binary'
import { copy, fill, shiftedCopy } from './ops/copy'
import { conv } from './ops/conv'
import { dense } from './ops/dense'
import { depthwise } from './ops/depthwise'
import { gather } from './ops/gather'
import { glu } from './ops/glu'
import { maskedMean, rowTest, select } from './ops/mask'
import { prelu } from './ops/prelu'
import { pool } from './ops/pool'
import { resample } from './ops/resample'
import { recurrent } from './ops/recurrent'
import { matmul } from './ops/matmul'
import { normalize } from './ops/normalize'
import { reduce } from './ops/reduce'
import { logSoftmax, softmax } from './ops/softmax'
import { sparsemax } from './ops/sparsemax'
import { take } from './ops/take'
import { winograd } from './ops/winograd'
import { transpose } from './ops/transpose'
import { executeWith, Ops, runWith } from './executor'

/** Every op. */
@unmanaged
@final
class AllOps extends Ops {
  execute(record: usize, row: u32, rows: u32): void {
    switch (load<u32>(record)) {
      case L.DENSE: return dense(record, row, rows)
      case L.ACTIVATION: return activation(record, row, rows)
      case L.FLOAT64_MAP: return float64Map(record, row, rows)
      case L.SOFTMAX: return softmax(record, row, rows)
      case L.LOG_SOFTMAX: return logSoftmax(record, row, rows)
      case L.SPARSEMAX: return sparsemax(record, row, rows)
      case L.BINARY: return binary(record, row, rows)
      case L.AFFINE: return affine(record, row, rows)
      case L.SCALE_SHIFT: return scaleShift(record, row, rows)
      case L.COPY: return copy(record, row, rows)
      case L.TRANSPOSE: return transpose(record, row, rows)
      case L.PRELU: return prelu(record, row, rows)
      case L.GLU: return glu(record, row, rows)
      case L.FILL: return fill(record, row, rows)
      case L.CONV: return conv(record, row, rows)
      case L.WINOGRAD: return winograd(record, row, rows)
      case L.DEPTHWISE: return depthwise(record, row, rows)
      case L.POOL: return pool(record, row, rows)
      case L.TAKE: return take(record, row, rows)
      case L.RESAMPLE: return resample(record, row, rows)
      case L.GATHER: return gather(record, row, rows)
      case L.RECURRENT: return recurrent(record, row, rows)
      case L.ROW_TEST: return rowTest(record, row, rows)
      case L.SELECT: return select(record, row, rows)
      case L.MASKED_MEAN: return maskedMean(record, row, rows)
      case L.SHIFTED_COPY: return shiftedCopy(record, row, rows)
      case L.NORMALIZE: return normalize(record, row, rows)
      case L.REDUCE: return reduce(record, row, rows)
      case L.MATMUL: return matmul(record, row, rows)
      case L.ATTENTION: return attention(record, row, rows)
      case L.WHERE: return where(record, row, rows)
      case L.BAND: return band(record, row, rows)
      default: unreachable()
    }
  }
}

/** Executes `count` op records, see src/wasm/layout.ts. */
export function run(program: usize, count: u32): void {
  runWith<AllOps>(program, count)
}

/** Rows `row` to `row + rows` of one op; threads share an op so. */
export function execute(record: usize, row: u32, rows: u32): void {
  executeWith<AllOps>(record, row, rows)
}
