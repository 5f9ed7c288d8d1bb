/** The value of one of 0…9, a…f. */
function digitOf(character: number): number {
  return character < 58 ? character - 48 : character - 87
}

/** What engines of 2025 have. */
const { fromHex } = Uint8Array as unknown as {
  readonly fromHex?: (digits: string) => Uint8Array<ArrayBuffer>
}

/** The bytes that hexadecimal digits stand for. */
export function bytesOfHex(digits: string): Uint8Array<ArrayBuffer> {
  if (fromHex) return fromHex.call(Uint8Array, digits)
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitOf(digits.charCodeAt(2 * i)) << 4) | digitOf(digits.charCodeAt(2 * i + 1))
  }
  return bytes
}
