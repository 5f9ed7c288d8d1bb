import { extname } from 'node:path'
import { UsageError } from '@dotplus/core'

export const dataFormats = ['npy', 'npz', 'csv', 'json'] as const

/** Formats that `run` reads and writes. */
export type DataFormat = (typeof dataFormats)[number]

/** The name that stands for stdin or stdout. */
export const standardStream = '-'

/** The format that a file's ending says it has; undefined for other endings. */
export function formatOf(path: string): DataFormat | undefined {
  const ending = extname(path).slice(1).toLowerCase()
  return dataFormats.find((format) => format === ending)
}

/** @throws {UsageError} when the ending is none of the formats' */
export function requireFormat(path: string, option: string): DataFormat {
  const format = formatOf(path)
  if (format) return format
  throw new UsageError(`the ending of ${option}`, {
    file: path,
    expected: dataFormats.map((name) => `.${name}`).join(', '),
    got: extname(path) || 'no ending',
  })
}
