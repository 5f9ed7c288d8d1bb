import { inflateRawSync } from 'node:zlib'

/**
 * The bytes of an entry of a zip archive, stored as it is or deflated.
 *
 * @throws {Error} when there is no such entry, or when it is compressed in another way
 */
export function entryOf(archive: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  const signature = 0x06054b50
  let end = archive.byteLength - 22
  while (end >= 0 && view.getUint32(end, true) !== signature) end--
  if (end < 0) throw new Error('no zip archive')
  let at = view.getUint32(end + 16, true)
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) =>
      view.getUint16(at + offset, true),
    ) as [number, number, number]
    const found = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength))
    if (found === name) {
      const method = view.getUint16(at + 10, true)
      const size = view.getUint32(at + 20, true)
      const local = view.getUint32(at + 42, true)
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
      const bytes = archive.slice(start, start + size)
      if (method === 8) return Uint8Array.from(inflateRawSync(bytes))
      if (method !== 0) throw new Error(`${name} is compressed by method ${method}`)
      return bytes
    }
    at += 46 + nameLength + extra + comment
  }
  throw new Error(`no entry ${name}`)
}
