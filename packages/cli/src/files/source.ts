import { open, type FileHandle } from 'node:fs/promises'
import { ResourceError } from '@dotplus/core'
import { sourceFromBytes, type Source } from '@dotplus/converter'
import { resourceError } from './system-error.ts'

/** Opens files, uses them, closes them. */
export async function withSources<Result>(
  paths: readonly string[],
  use: (sources: readonly Source[]) => Promise<Result>,
): Promise<Result> {
  const opened: OpenSource[] = []
  try {
    for (const path of paths) opened.push(await openSource(path))
    return await use(opened.map(({ source }) => source))
  } finally {
    for (const { close } of opened) await close()
  }
}

export function withSource<Result>(
  path: string,
  use: (source: Source) => Promise<Result>,
): Promise<Result> {
  return withSources([path], ([source]) => use(source as Source))
}

/** A file that stays open until `close` is called. */
export interface OpenSource {
  readonly source: Source
  close(): Promise<void>
}

export async function openSource(path: string): Promise<OpenSource> {
  const handle = await open(path, 'r').catch((error: unknown) => fail(path, error))
  try {
    return { source: await sourceOf(handle, path), close: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Everything in a file. */
export async function readBytes(path: string): Promise<Uint8Array> {
  return withSource(path, (source) => source.slice(0, source.byteLength))
}

/** A file as the converter reads it: only the bytes that are asked for. */
async function sourceOf(handle: FileHandle, path: string): Promise<Source> {
  const stats = await handle.stat()
  // A pipe has no length and cannot go back: `dotplus run model.dotplus -i <(…)`.
  if (!stats.isFile() && !stats.isDirectory()) {
    return sourceFromBytes(
      path,
      await handle.readFile().catch((error: unknown) => fail(path, error)),
    )
  }
  return {
    name: path,
    byteLength: stats.size,
    slice: (start, end) => readFully(handle, path, start, end),
  }
}

async function readFully(
  handle: FileHandle,
  path: string,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(end - start)
  let filled = 0
  while (filled < bytes.byteLength) {
    const { bytesRead } = await handle
      .read(bytes, filled, bytes.byteLength - filled, start + filled)
      .catch((error: unknown) => fail(path, error))
    if (bytesRead === 0) {
      throw new ResourceError('became shorter while it was read', {
        file: path,
        place: `byte ${start + filled}`,
      })
    }
    filled += bytesRead
  }
  return bytes
}

function fail(path: string, error: unknown): never {
  throw resourceError('cannot be read', path, error)
}
