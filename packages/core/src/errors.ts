/** The typed fields an error carries beside its one-line message. */
export interface ErrorDetails {
  /** Name of the file at fault, where one is involved. */
  readonly file?: string | undefined
  /** Name of the layer at fault. */
  readonly layer?: string | undefined
  /** Where in the file, model or call: an offset, a path, an argument or input name. */
  readonly place?: string | undefined
  /** What should have been there. */
  readonly expected?: string | undefined
  /** What was there. */
  readonly got?: string | undefined
  /** The way out: what the caller can do. */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/**
 * Base of every error that dotplus raises on purpose. The message is one line:
 * `<file>: layer <layer>: <place>: <what>: expected <expected>, got <got>. <hint>`.
 */
export abstract class DotplusError extends Error {
  /** Tag that tells the classes apart without `instanceof`, across bundles and workers. */
  abstract readonly tag: string
  /** What went wrong, without the place. */
  readonly what: string
  readonly file: string | undefined
  readonly layer: string | undefined
  readonly place: string | undefined
  readonly expected: string | undefined
  readonly got: string | undefined
  readonly hint: string | undefined

  constructor(what: string, details: ErrorDetails = {}) {
    super(
      composeMessage(what, details),
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.what = what
    this.file = details.file
    this.layer = details.layer
    this.place = details.place
    this.expected = details.expected
    this.got = details.got
    this.hint = details.hint
  }
}

function composeMessage(what: string, details: ErrorDetails): string {
  const parts: string[] = []
  if (details.file) parts.push(details.file)
  if (details.layer) parts.push(`layer ${details.layer}`)
  if (details.place) parts.push(details.place)
  parts.push(what)
  let message = parts.join(': ')
  if (details.expected !== undefined && details.got !== undefined) {
    message += `: expected ${details.expected}, got ${details.got}`
  } else if (details.expected !== undefined) {
    message += `: expected ${details.expected}`
  } else if (details.got !== undefined) {
    message += `: got ${details.got}`
  }
  if (details.hint) message += `. ${details.hint}`
  return message.replaceAll(/\s*\n\s*/g, ' ')
}

/** Bytes that are not what they claim to be: a damaged or foreign `.dotplus`, `.npy`, zip, HDF5 or pickle. */
export class FormatError extends DotplusError {
  readonly tag: string = 'FormatError'
  override readonly name: string = 'FormatError'
}

/** Something well-formed that dotplus does not support: a layer, an argument, a dtype, a pickle global. */
export class UnsupportedError extends DotplusError {
  readonly tag: string = 'UnsupportedError'
  override readonly name: string = 'UnsupportedError'
}

/** A model that contradicts itself: shapes that do not chain, missing weights, dangling references. */
export class ModelError extends DotplusError {
  readonly tag: string = 'ModelError'
  override readonly name: string = 'ModelError'
}

/** A call with inputs that do not fit the model: wrong name, shape, dtype or count. */
export class InputError extends DotplusError {
  readonly tag: string = 'InputError'
  override readonly name: string = 'InputError'
}

/** A file, URL or other resource that cannot be read or written. */
export class ResourceError extends DotplusError {
  readonly tag: string = 'ResourceError'
  override readonly name: string = 'ResourceError'
}

/** An option or argument that makes no sense. */
export class UsageError extends DotplusError {
  readonly tag: string = 'UsageError'
  override readonly name: string = 'UsageError'
}

/** This JavaScript engine lacks something the kernel needs, such as WebAssembly SIMD, or a model was used after dispose. */
export class RuntimeError extends DotplusError {
  readonly tag: string = 'RuntimeError'
  override readonly name: string = 'RuntimeError'
}
