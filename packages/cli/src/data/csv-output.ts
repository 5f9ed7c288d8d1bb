import { InputError } from '@dotplus/core'
import type { NamedTensor } from '@dotplus/inspect'
import { numberText } from './number-text.ts'
import type { OutputTarget, OutputWriter } from './output.ts'

/** One line per row, the elements of all outputs in order. */
export class CsvOutput implements OutputWriter {
  readonly #target: OutputTarget
  #headerPending: boolean

  constructor(target: OutputTarget) {
    this.#target = target
    this.#headerPending = target.named
  }

  async write(outputs: readonly NamedTensor[], missing: ReadonlySet<number>): Promise<void> {
    const rows = this.#rowCount(outputs)
    const columns = outputs.map(({ data, shape }) => ({ data, width: elementsPerRow(shape) }))
    let text = ''
    if (this.#headerPending) text = `${outputs.flatMap(columnNames).map(quoteField).join(',')}\n`
    this.#headerPending = false
    const empty = `${','.repeat(Math.max(0, columns.reduce((sum, { width }) => sum + width, 0) - 1))}\n`
    for (let row = 0; row < rows; row++) {
      if (missing.has(row)) {
        text += empty
        continue
      }
      let separator = ''
      for (const { data, width } of columns) {
        const float32 = data instanceof Float32Array
        for (let i = row * width; i < (row + 1) * width; i++) {
          text += separator + fieldText(data[i] as number | bigint | string, float32)
          separator = ','
        }
      }
      text += '\n'
    }
    if (text !== '') await this.#target.append(new TextEncoder().encode(text))
  }

  finish(): Promise<void> {
    return Promise.resolve()
  }

  #rowCount(outputs: readonly NamedTensor[]): number {
    const counts = new Set(outputs.map(({ shape }) => shape[0] ?? 1))
    const [rows] = counts
    if (rows !== undefined && counts.size === 1) return rows
    throw new InputError('outputs with different numbers of rows do not fit one table', {
      file: this.#target.file,
      got: outputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', '),
      hint: 'Write an .npz or .json',
    })
  }
}

function elementsPerRow(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, size) => product * size, 1)
}

/** "y" for one element a row, "y_0", "y_1" for several, "y_0_2" for a matrix. */
function columnNames({ name, shape }: NamedTensor): string[] {
  const rowShape = shape.slice(1)
  if (elementsPerRow(shape) === 1) return [name]
  let names = [name]
  for (const size of rowShape)
    names = names.flatMap((prefix) => Array.from({ length: size }, (_, i) => `${prefix}_${i}`))
  return names
}

function fieldText(value: number | bigint | string, float32: boolean): string {
  return typeof value === 'string' ? quoteField(value) : numberText(value, float32)
}

function quoteField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
