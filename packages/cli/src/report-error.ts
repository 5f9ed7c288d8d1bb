import { DotplusError } from '@dotplus/core'

/** What a failure looks like to the user: always one line, with the stack when `DOTPLUS_DEBUG` is set. */
export function failureText(error: unknown): string {
  const debug = process.env['DOTPLUS_DEBUG']
  const stack = debug && debug !== '0' && error instanceof Error ? `${error.stack ?? ''}\n` : ''
  return `dotplus: ${oneLine(messageOf(error))}\n${stack}`
}

function messageOf(error: unknown): string {
  if (isDotplusError(error)) return error.message
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return `this is a bug in dotplus, please report it: ${what} (DOTPLUS_DEBUG=1 shows where)`
}

/** By its tag, so that an error of another copy of the package counts too. */
export function isDotplusError(error: unknown): error is DotplusError {
  return error instanceof Error && typeof (error as Partial<DotplusError>).tag === 'string'
}

/** The same error with the file it is about, where it names none. */
export function withFile(error: unknown, file: string): unknown {
  if (!(error instanceof DotplusError) || error.file !== undefined) return error
  const Class = error.constructor as new (what: string, details: object) => DotplusError
  const { what, layer, place, expected, got, hint, cause } = error
  return new Class(what, { file, layer, place, expected, got, hint, cause })
}

export function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ')
}
