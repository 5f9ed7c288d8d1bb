import { crc32, inflateRawSync } from 'node:zlib'

/**
 * The entries of a zip archive, stored as they are or deflated, by name.
 *
 * @throws {Error} when an entry is compressed in another way
 */
export function entriesOf(archive: Uint8Array): Map<string, Uint8Array<ArrayBuffer>> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  const signature = 0x06054b50
  let end = archive.byteLength - 22
  while (end >= 0 && view.getUint32(end, true) !== signature) end--
  if (end < 0) throw new Error('no zip archive')
  const entries = new Map<string, Uint8Array<ArrayBuffer>>()
  let at = view.getUint32(end + 16, true)
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) =>
      view.getUint16(at + offset, true),
    ) as [number, number, number]
    const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength))
    const method = view.getUint16(at + 10, true)
    const size = view.getUint32(at + 20, true)
    const local = view.getUint32(at + 42, true)
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    const bytes = archive.slice(start, start + size)
    if (method !== 0 && method !== 8) throw new Error(`${name} is compressed by method ${method}`)
    entries.set(name, method === 8 ? Uint8Array.from(inflateRawSync(bytes)) : bytes)
    at += 46 + nameLength + extra + comment
  }
  return entries
}

/**
 * The bytes of one entry.
 *
 * @throws {Error} when there is no such entry
 */
export function entryOf(archive: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const entry = entriesOf(archive).get(name)
  if (!entry) throw new Error(`no entry ${name}`)
  return entry
}

/** A zip archive of entries that are stored as they are. */
export function archiveOf(entries: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const [text, bytes] of entries) {
    const name = new TextEncoder().encode(text)
    // From the version on, both headers have the same fields, beside what is only in the directory.
    const common = new DataView(new ArrayBuffer(26))
    common.setUint16(0, 20, true)
    common.setUint32(10, crc32(bytes), true)
    common.setUint32(14, bytes.length, true)
    common.setUint32(18, bytes.length, true)
    common.setUint16(22, name.length, true)
    const fields = new Uint8Array(common.buffer)
    const place = new DataView(new ArrayBuffer(14))
    place.setUint32(10, offset, true)
    const own = [Uint8Array.of(0x50, 0x4b, 3, 4), fields, name, bytes]
    parts.push(...own)
    directory.push(Uint8Array.of(0x50, 0x4b, 1, 2, 20, 0), fields)
    directory.push(new Uint8Array(place.buffer), name)
    offset += own.reduce((sum, { length }) => sum + length, 0)
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0)
  const end = new DataView(new ArrayBuffer(22))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(8, entries.size, true)
  end.setUint16(10, entries.size, true)
  end.setUint32(12, size, true)
  end.setUint32(16, offset, true)
  const all = [...parts, ...directory, new Uint8Array(end.buffer)]
  const archive = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of all) {
    archive.set(part, at)
    at += part.length
  }
  return archive
}
