/** Eight tables, so that eight bytes are folded in one step. */
let tables: Uint32Array[] | undefined

function makeTables(): Uint32Array[] {
  const first = new Uint32Array(256)
  for (let n = 0; n < 256; n++) {
    let value = n
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    first[n] = value >>> 0
  }
  const made = [first]
  for (let t = 1; t < 8; t++) {
    const previous = made[t - 1] as Uint32Array
    made.push(previous.map((value) => ((value >>> 8) ^ (first[value & 255] as number)) >>> 0))
  }
  return made
}

/**
 * CRC-32 as zip uses it (IEEE 802.3, reflected).
 *
 * @param previous the CRC of the bytes before these, to go on from there
 */
export function crc32(bytes: Uint8Array, previous = 0): number {
  tables ??= makeTables()
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ]
  let crc = ~previous
  let i = 0
  const length = bytes.length
  for (; i + 8 <= length; i += 8) {
    const low =
      crc ^
      ((bytes[i] as number) |
        ((bytes[i + 1] as number) << 8) |
        ((bytes[i + 2] as number) << 16) |
        ((bytes[i + 3] as number) << 24))
    crc =
      (t7[low & 255] as number) ^
      (t6[(low >>> 8) & 255] as number) ^
      (t5[(low >>> 16) & 255] as number) ^
      (t4[low >>> 24] as number) ^
      (t3[bytes[i + 4] as number] as number) ^
      (t2[bytes[i + 5] as number] as number) ^
      (t1[bytes[i + 6] as number] as number) ^
      (t0[bytes[i + 7] as number] as number)
  }
  for (; i < length; i++) crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[i] as number)) & 255] as number)
  return ~crc >>> 0
}
