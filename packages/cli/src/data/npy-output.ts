import { InputError } from '@dotplus/core'
import { npyHeader, writeNpy } from '@dotplus/converter'
import type { NamedTensor } from '@dotplus/inspect'
import type { Overwrite } from '../files/output-file.ts'
import { concatenate, ndArray } from './arrays.ts'
import { onlyOutput, refuseNulls, type OutputTarget, type OutputWriter } from './output.ts'

/** A `.npy` file row by row; its header, which says how many they are, is written again at the end. */
export class NpyOutput implements OutputWriter {
  readonly #target: OutputTarget
  readonly #overwrite: Overwrite
  /** The output of the first call, without its elements. */
  #first: NamedTensor | undefined
  #rows = 0
  /** Outputs that cannot be written before all are there: text, whose width all decide, and those without rows. */
  readonly #waiting: NamedTensor[] = []

  constructor(target: OutputTarget, overwrite: Overwrite) {
    this.#target = target
    this.#overwrite = overwrite
  }

  async write(outputs: readonly NamedTensor[], missing: ReadonlySet<number>): Promise<void> {
    const { append, file } = this.#target
    const output = onlyOutput(outputs, file)
    refuseNulls(output, missing, file)
    if (output.dtype === 'string' || output.shape.length === 0) {
      this.#waiting.push(output)
      return
    }
    if (!this.#first) {
      this.#first = { ...output, data: new Float32Array(0) }
      await append(this.#header())
    }
    const [rows = 0, ...rowShape] = output.shape
    const expected = this.#first.shape.slice(1)
    if (rowShape.join() !== expected.join()) {
      throw new InputError('batches gave outputs that do not fit together', {
        file,
        expected: `[any, ${expected.join(', ')}]`,
        got: `[${output.shape.join(', ')}]`,
      })
    }
    this.#rows += rows
    await append(ndArray(output).data)
  }

  async finish(): Promise<void> {
    const { append, file } = this.#target
    if (this.#first) await this.#overwrite(this.#header())
    else await append(writeNpy(ndArray(concatenate(this.#waiting, file))))
  }

  #header(): Uint8Array {
    const { shape, dtype } = this.#first as NamedTensor
    return npyHeader(dtype === 'bfloat16' ? 'float32' : dtype, [this.#rows, ...shape.slice(1)])
  }
}
