import {
  DotplusError,
  FormatError,
  InputError,
  ModelError,
  ResourceError,
  RuntimeError,
  UnsupportedError,
  UsageError,
  type ErrorDetails,
} from '@dotplus/core'

/** An error as plain data that can be posted to another thread. */
export interface SentError {
  /** Tag of one of core's classes; absent for any other error. */
  readonly tag?: string | undefined
  /** Name of the class, for other errors. */
  readonly name: string
  /** `what` of a tagged error, the message of any other. */
  readonly what: string
  readonly details: Omit<ErrorDetails, 'cause'>
  readonly stack?: string | undefined
  readonly cause?: SentError | undefined
}

type ErrorClass = new (what: string, details: ErrorDetails) => DotplusError

const tagged: Readonly<Record<string, ErrorClass>> = {
  FormatError,
  InputError,
  ModelError,
  ResourceError,
  RuntimeError,
  UnsupportedError,
  UsageError,
}

const builtIn: Readonly<Record<string, ErrorConstructor>> = { RangeError, TypeError }

/** Longest chain of causes that is sent. */
const maximumDepth = 8

/** The plain data of an error, its causes included. */
export function packError(error: unknown, depth = 0): SentError {
  if (!(error instanceof Error)) return { name: 'Error', what: String(error), details: {} }
  const cause =
    error.cause === undefined || depth === maximumDepth
      ? undefined
      : packError(error.cause, depth + 1)
  const { name, stack } = error
  if (!(error instanceof DotplusError)) {
    return { name, what: error.message, details: {}, stack, cause }
  }
  const { tag, what, file, layer, place, expected, got, hint } = error
  return { tag, name, what, details: { file, layer, place, expected, got, hint }, stack, cause }
}

/** The error that {@link packError} was given, rebuilt as its own class. */
export function unpackError(sent: SentError): Error {
  const cause = sent.cause && unpackError(sent.cause)
  const Class = tagged[sent.tag ?? '']
  const error = Class
    ? new Class(sent.what, { ...sent.details, cause })
    : Object.assign(
        new (builtIn[sent.name] ?? Error)(sent.what, cause === undefined ? undefined : { cause }),
        { name: sent.name },
      )
  if (sent.stack !== undefined) error.stack = sent.stack
  return error
}
