import { getSystemErrorMap } from 'node:util'
import { ResourceError } from '@dotplus/core'

/** An error of the file system as a typed one-line error that names the file. */
export function resourceError(what: string, file: string, cause: unknown): ResourceError {
  return new ResourceError(`${what}: ${describe(cause)}`, { file, cause })
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const { errno } = cause as NodeJS.ErrnoException
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno)
  return known?.[1] ?? cause.message
}
