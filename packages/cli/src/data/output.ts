import { InputError } from '@dotplus/core'
import { writeNpy, writeNpz } from '@dotplus/converter'
import type { NamedTensor } from '@dotplus/inspect'
import type { Tensor, TensorData } from '@dotplus/node'
import type { Append, Overwrite } from '../files/output-file.ts'
import { concatenate, ndArray } from './arrays.ts'
import { CsvOutput } from './csv-output.ts'
import type { DataFormat } from './format.ts'
import { jsonText } from './json-output.ts'
import { NpyOutput } from './npy-output.ts'

/** Takes the outputs of one call after the other. */
export interface OutputWriter {
  /** @param missing rows, among those of these outputs, that stand for an input that could not be read */
  write(outputs: readonly NamedTensor[], missing: ReadonlySet<number>): Promise<void>
  finish(): Promise<void>
}

export interface OutputTarget {
  readonly append: Append
  /** Undefined where what is written cannot be changed any more: a pipe. */
  readonly overwrite: Overwrite | undefined
  /** For errors. */
  readonly file: string
  /** Write names where the format can leave them out: a header row, `y` instead of `out0`. */
  readonly named: boolean
}

/** CSV and, into a file, `.npy` are written as they come; the other formats need to know all rows first. */
export function outputWriter(format: DataFormat, target: OutputTarget): OutputWriter {
  if (format === 'csv') return new CsvOutput(target)
  if (format === 'npy' && target.overwrite) return new NpyOutput(target, target.overwrite)
  return new CollectedOutput(format, target)
}

/**
 * The only output of a model, for a format that holds one.
 *
 * @throws {InputError} when there are several
 */
export function onlyOutput(outputs: readonly NamedTensor[], file: string): NamedTensor {
  const [only] = outputs
  if (only && outputs.length === 1) return only
  throw new InputError('one file for a model with several outputs', {
    file,
    expected: outputs.map(({ name }) => name).join(', '),
    hint: 'Write an .npz',
  })
}

/** @throws {InputError} when an output has no value that means null: NumPy has one for floats alone */
export function refuseNulls(
  { name, dtype }: NamedTensor,
  missing: ReadonlySet<number>,
  file: string,
): void {
  if (missing.size === 0 || dtype.includes('float')) return
  throw new InputError('a row that could not be read has no value in this output', {
    file,
    place: `output ${name}`,
    expected: 'floats, which have NaN',
    got: dtype,
    hint: 'Write .csv or .json, or take --on-error skip',
  })
}

class CollectedOutput implements OutputWriter {
  readonly #format: Exclude<DataFormat, 'csv'>
  readonly #target: OutputTarget
  readonly #parts = new Map<string, Tensor<TensorData>[]>()
  readonly #missing = new Set<number>()
  #rows = 0

  constructor(format: Exclude<DataFormat, 'csv'>, target: OutputTarget) {
    this.#format = format
    this.#target = target
  }

  write(outputs: readonly NamedTensor[], missing: ReadonlySet<number>): Promise<void> {
    for (const output of outputs) {
      if (this.#format !== 'json') refuseNulls(output, missing, this.#target.file)
      const parts = this.#parts.get(output.name) ?? []
      parts.push(output)
      this.#parts.set(output.name, parts)
    }
    for (const row of missing) this.#missing.add(this.#rows + row)
    this.#rows += outputs[0]?.shape[0] ?? 1
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
      case 'npy':
        yield writeNpy(ndArray(onlyOutput(outputs, file)))
        return
      case 'npz':
        yield writeNpz(
          outputs.map(
            (output, index) => [named ? output.name : `out${index}`, ndArray(output)] as const,
          ),
        )
        return
      case 'json':
        for (const text of jsonText(outputs, this.#missing)) yield new TextEncoder().encode(text)
    }
  }
}
