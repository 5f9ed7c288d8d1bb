import { InputError } from '@dotplus/core'
import { writeNpy, writeNpz } from '@dotplus/converter'
import type { Tensor, TensorData } from '@dotplus/node'
import type { Append } from '../files/output-file.ts'
import type { NamedTensor } from '@dotplus/inspect'
import { concatenate, ndArray } from './arrays.ts'
import { CsvOutput } from './csv-output.ts'
import type { DataFormat } from './format.ts'
import { jsonText } from './json-output.ts'

/** Takes the outputs of one call after the other. */
export interface OutputWriter {
  write(outputs: readonly NamedTensor[]): Promise<void>
  finish(): Promise<void>
}

export interface OutputTarget {
  readonly append: Append
  /** For errors. */
  readonly file: string
  /** Write names where the format can leave them out: a header row, `y` instead of `out0`. */
  readonly named: boolean
}

/** CSV is written as it comes; the other formats need to know all rows first. */
export function outputWriter(format: DataFormat, target: OutputTarget): OutputWriter {
  return format === 'csv' ? new CsvOutput(target) : new CollectedOutput(format, target)
}

class CollectedOutput implements OutputWriter {
  readonly #format: Exclude<DataFormat, 'csv'>
  readonly #target: OutputTarget
  readonly #parts = new Map<string, Tensor<TensorData>[]>()

  constructor(format: Exclude<DataFormat, 'csv'>, target: OutputTarget) {
    this.#format = format
    this.#target = target
  }

  write(outputs: readonly NamedTensor[]): Promise<void> {
    for (const output of outputs) {
      const parts = this.#parts.get(output.name) ?? []
      parts.push(output)
      this.#parts.set(output.name, parts)
    }
    return Promise.resolve()
  }

  async finish(): Promise<void> {
    const { append, file } = this.#target
    const outputs = [...this.#parts].map(([name, parts]): NamedTensor => ({
      name,
      ...concatenate(parts, file),
    }))
    for (const bytes of this.#encode(outputs)) await append(bytes)
  }

  *#encode(outputs: readonly NamedTensor[]): Generator<Uint8Array> {
    const { file, named } = this.#target
    switch (this.#format) {
      case 'npy': {
        const [only] = outputs
        if (!only || outputs.length > 1) {
          throw new InputError('one file for a model with several outputs', {
            file,
            expected: outputs.map(({ name }) => name).join(', '),
            hint: 'Write an .npz',
          })
        }
        yield writeNpy(ndArray(only))
        return
      }
      case 'npz':
        yield writeNpz(
          outputs.map(
            (output, index) => [named ? output.name : `out${index}`, ndArray(output)] as const,
          ),
        )
        return
      case 'json':
        for (const text of jsonText(outputs)) yield new TextEncoder().encode(text)
    }
  }
}
