import type { NamedTensor } from '@dotplus/inspect'
import { shortestFloat32 } from './number-text.ts'

const pieceLength = 1 << 16 // characters

/**
 * Nested arrays for a model with one output, an object by output name for several; one row a line, in pieces of text.
 *
 * @param missing rows that are null in every element
 */
export function* jsonText(
  outputs: readonly NamedTensor[],
  missing: ReadonlySet<number>,
): Generator<string> {
  let text = ''
  for (const part of jsonParts(outputs, missing)) {
    text += part
    if (text.length < pieceLength) continue
    yield text
    text = ''
  }
  yield text
}

function* jsonParts(
  outputs: readonly NamedTensor[],
  missing: ReadonlySet<number>,
): Generator<string> {
  const [only] = outputs
  if (only && outputs.length === 1) {
    yield* tensorText(only, missing)
    yield '\n'
    return
  }
  let separator = '{'
  for (const output of outputs) {
    yield `${separator}${JSON.stringify(output.name)}:`
    yield* tensorText(output, missing)
    separator = ',\n'
  }
  yield '}\n'
}

function* tensorText(tensor: NamedTensor, missing: ReadonlySet<number>): Generator<string> {
  const { shape } = tensor
  const [rows, ...rowShape] = shape
  if (rows === undefined) {
    yield nest(tensor, [], 0)
    return
  }
  const width = rowShape.reduce((product, size) => product * size, 1)
  const nulls = missing.size > 0 ? nestNulls(rowShape) : ''
  yield '['
  for (let row = 0; row < rows; row++) {
    const text = missing.has(row) ? nulls : nest(tensor, rowShape, row * width)
    yield `${row > 0 ? ',\n' : ''}${text}`
  }
  yield ']'
}

function nestNulls([size, ...inner]: readonly number[]): string {
  return size === undefined ? 'null' : `[${Array(size).fill(nestNulls(inner)).join(',')}]`
}

function nest(tensor: NamedTensor, shape: readonly number[], start: number): string {
  const [size, ...inner] = shape
  if (size === undefined)
    return scalarText(
      tensor.data[start] as number | bigint | string,
      tensor.data instanceof Float32Array,
    )
  const stride = inner.reduce((product, dimension) => product * dimension, 1)
  const items = Array.from({ length: size }, (_, index) =>
    nest(tensor, inner, start + index * stride),
  )
  return `[${items.join(',')}]`
}

/** JSON has no NaN and no infinities: they are written as strings, which the reader takes back. */
function scalarText(value: number | bigint | string, float32: boolean): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}`
  if (!Number.isFinite(value)) return `"${value}"`
  if (Object.is(value, -0)) return '-0'
  return `${float32 ? shortestFloat32(value) : value}`
}
