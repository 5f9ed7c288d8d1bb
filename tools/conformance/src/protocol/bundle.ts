/** A JSON header with binary blobs behind it: how jobs reach a runtime and results come back, on every runtime alike. */
export interface Bundle<Header> {
  readonly header: Header
  readonly blobs: readonly Uint8Array[]
}

// Layout: u32 header length, u32 blob count, header (UTF-8 JSON), then per blob u32 length and its bytes, each part
// starting at a multiple of 8 so that typed arrays can view it.
const alignment = 8
const align = (offset: number): number => Math.ceil(offset / alignment) * alignment

export function packBundle({ header, blobs }: Bundle<unknown>): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header))
  let length = align(8 + text.byteLength)
  for (const blob of blobs) length = align(length + 8 + blob.byteLength)
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, text.byteLength, true)
  view.setUint32(4, blobs.length, true)
  bytes.set(text, 8)
  let offset = align(8 + text.byteLength)
  for (const blob of blobs) {
    view.setUint32(offset, blob.byteLength, true)
    bytes.set(blob, offset + 8)
    offset = align(offset + 8 + blob.byteLength)
  }
  return bytes
}

/** @throws {RangeError} when the bytes end before what they announce */
export function unpackBundle<Header>(given: Uint8Array): Bundle<Header> {
  // Blobs are views, and views need an aligned start.
  const bytes = given.byteOffset % alignment === 0 ? given : given.slice()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = view.getUint32(0, true)
  const blobCount = view.getUint32(4, true)
  const header = JSON.parse(new TextDecoder().decode(part(bytes, 8, headerLength))) as Header
  const blobs: Uint8Array[] = []
  let offset = align(8 + headerLength)
  for (let i = 0; i < blobCount; i++) {
    const length = view.getUint32(offset, true)
    blobs.push(part(bytes, offset + 8, length))
    offset = align(offset + 8 + length)
  }
  return { header, blobs }
}

function part(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (start + length > bytes.byteLength) {
    throw new RangeError(`bundle ends at byte ${bytes.byteLength}, expected ${start + length}`)
  }
  return bytes.subarray(start, start + length)
}
