import { FormatError, InputError } from '@dotplus/core'
import type { Signature } from '@dotplus/node'
import { parseNumber, type InputBatch, type InputTensor } from '@dotplus/inspect'

/**
 * Inputs from JSON: nested arrays for a model with one input, an array of these in the order of the inputs, or an object
 * by input name (or `in0`, `in1`, …). `null`, "NaN", "Infinity" and "-Infinity" stand for what JSON has no numbers for.
 *
 * @throws {FormatError} when it is no JSON
 * @throws {InputError} when it holds something other than numbers (strings for a string input), or arrays of unequal length
 */
export function readJsonInputs(
  text: string,
  file: string,
  signatures: readonly Signature[],
): InputBatch {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new FormatError('not JSON', { file, got: (error as Error).message, cause: error })
  }
  const named = typeof value === 'object' && value !== null && !Array.isArray(value)
  const inputs = signatures.map((signature, index) => {
    const nested = pick(value, signature, index, signatures.length)
    if (nested !== undefined) return flatten(nested, file, signature)
    throw new InputError('missing input', { file, place: `input ${signature.name}` })
  })
  return { inputs, named, missing: [] }
}

function pick(value: unknown, { name }: Signature, index: number, count: number): unknown {
  if (Array.isArray(value)) return count === 1 ? value : value[index]
  if (typeof value !== 'object' || value === null) return count === 1 ? value : undefined
  const record = value as Readonly<Record<string, unknown>>
  return Object.hasOwn(record, name) ? record[name] : record[`in${index}`]
}

function flatten(nested: unknown, file: string, { name, dtype }: Signature): InputTensor {
  const shape: number[] = []
  for (let level = nested; Array.isArray(level); level = level[0]) shape.push(level.length)
  const values: (number | string)[] = []
  const text = dtype === 'string'
  const visit = (item: unknown, depth: number, path: string): void => {
    if (depth === shape.length) {
      const place = `input ${name}${path}`
      values.push(text ? textOf(item, file, place) : scalar(item, file, place))
      return
    }
    if (!Array.isArray(item) || item.length !== shape[depth]) {
      throw new InputError('arrays of unequal length or depth', {
        file,
        place: `input ${name}${path}`,
        expected: `an array of ${shape[depth]}`,
        got: Array.isArray(item) ? `${item.length}` : JSON.stringify(item),
      })
    }
    for (const [index, inner] of item.entries()) visit(inner, depth + 1, `${path}[${index}]`)
  }
  visit(nested, 0, '')
  return { data: text ? (values as string[]) : Float64Array.from(values as number[]), shape }
}

function textOf(item: unknown, file: string, place: string): string {
  if (typeof item === 'string') return item
  throw new InputError('not a string', { file, place, got: JSON.stringify(item).slice(0, 40) })
}

function scalar(item: unknown, file: string, place: string): number {
  if (typeof item === 'number') return item
  if (typeof item === 'boolean') return Number(item)
  if (item === null) return NaN
  const value = typeof item === 'string' ? parseNumber(item) : undefined
  if (value !== undefined) return value
  throw new InputError('not a number', { file, place, got: JSON.stringify(item).slice(0, 40) })
}
