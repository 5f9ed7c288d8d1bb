/** The value of one of 0…9, a…f. */
function digitOf(character: number): number {
  return character < 58 ? character - 48 : character - 87
}

/** The bytes that hexadecimal digits stand for. */
export function bytesOfHex(digits: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitOf(digits.charCodeAt(2 * i)) << 4) | digitOf(digits.charCodeAt(2 * i + 1))
  }
  return bytes
}
