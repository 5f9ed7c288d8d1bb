import { readFile, writeFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'

/** Offset in the file, shape, and what it held. */
type Place = readonly [offset: number, shape: readonly number[], held: 'zeros' | 'ones' | 'values']

const data = new URL('../../test-data/', import.meta.url)

/**
 * Writes Keras's MobileNetV2 as Keras 3.15.1 saved it, with weights drawn here: `tools/keras-fixtures/hollow.py` has
 * taken those of Keras out.
 */
export async function writeMobileNet(path: string): Promise<void> {
  const file = gunzipSync(await readFile(new URL('mobilenet-v2.keras.gz', data)))
  const places = JSON.parse(
    await readFile(new URL('mobilenet-v2.weights.json', data), 'utf8'),
  ) as Place[]
  let state = 1
  for (const [offset, shape, held] of places) {
    const count = shape.reduce((product, size) => product * size, 1)
    const fanIn = shape.length === 4 && shape[3] === 1 ? 9 : count / (shape.at(-1) ?? 1)
    const limit = Math.sqrt(6 / fanIn)
    for (let i = 0; i < count; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      const drawn = (state / 2 ** 31 - 1) * limit
      file.writeFloatLE({ zeros: 0, ones: 1, values: drawn }[held], offset + i * 4)
    }
  }
  await writeFile(path, withChecksum(file, 'model.weights.h5'))
}

const [localHeader, directoryEntry] = [0x04034b50, 0x02014b50]

/** The archive with the CRC-32 of a member, which is stored as it is, computed anew. */
function withChecksum(file: Buffer, member: string): Buffer {
  const name = Buffer.from(member)
  for (let at = file.lastIndexOf(name); at >= 0; at = file.lastIndexOf(name, at - 1)) {
    const entry = at - 46
    if (entry < 0 || file.readUInt32LE(entry) !== directoryEntry) continue
    const header = file.readUInt32LE(entry + 42)
    if (file.readUInt32LE(header) !== localHeader) break
    const start = header + 30 + file.readUInt16LE(header + 26) + file.readUInt16LE(header + 28)
    const checksum = crc32(file.subarray(start, start + file.readUInt32LE(entry + 20)))
    file.writeUInt32LE(checksum, header + 14)
    file.writeUInt32LE(checksum, entry + 16)
    return file
  }
  throw new Error(`${member} is not in the archive`)
}

function crc32(bytes: Uint8Array): number {
  const table = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    return value
  })
  let crc = 0xffffffff
  for (const byte of bytes) crc = (table[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
