import { ResourceError } from '@dotplus/core'
import { collect, type Address, type Reading } from '@dotplus/kernel/compressed'

/** What this package uses of Deno. */
declare const Deno: {
  readonly build: { readonly os: string }
  open(path: Address): Promise<{
    readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>
    stat(): Promise<{ readonly size: number; readonly isFile: boolean }>
    close(): void
  }>
}

const meanings: Readonly<Record<string, string>> = {
  IsADirectory: 'this is a folder',
  NotADirectory: 'no such file',
  NotCapable: 'permission denied',
  NotFound: 'no such file',
  PermissionDenied: 'permission denied',
}

const hints: Readonly<Record<string, string>> = {
  IsADirectory: 'Name the .dotplus file in it',
  NotCapable: 'Run Deno with --allow-read for it',
  NotFound: 'Check the path; relative ones start at the current folder',
}

/**
 * All bytes of a file.
 *
 * @throws {ResourceError} when it cannot be read
 */
export async function readFile(
  address: Address,
  reading: Reading,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const file = await Deno.open(address)
    const { size, isFile } = await file.stat()
    return await collect(file.readable, isFile ? size : undefined, reading)
  } catch (cause) {
    reading.signal?.throwIfAborted()
    const { name, message } = cause as Error
    const what = meanings[name] ?? 'the file cannot be read'
    const got = name in meanings ? undefined : message
    throw new ResourceError(what, { file: reading.file, got, hint: hints[name], cause })
  }
}

/** The path of the file called `name` in the folder of the file at `path`. */
export function besidePath(path: string, name: string): string {
  const last = Deno.build.os === 'windows' ? /[^/\\]*$/ : /[^/]*$/
  return path.replace(last, () => name)
}
