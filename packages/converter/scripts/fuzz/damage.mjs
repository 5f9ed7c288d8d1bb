const extremes = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff]
const numbers = [
  '0',
  '-1',
  '1e308',
  '9007199254740993',
  '4294967296',
  'null',
  'NaN',
  '1.5',
  '[]',
  '{}',
  '"x"',
  'true',
]

/** Changes a few bytes of a binary file: values at their limits, moved pieces, addresses, cuts, pieces of another file. */
export function damageBytes(file, other, random) {
  let bytes = file.slice()
  const at = () => (random(2) === 0 ? random(Math.min(bytes.length, 2048)) : random(bytes.length))
  for (let count = 1 + random(6); count > 0 && bytes.length > 16; count--) {
    switch (random(8)) {
      case 0:
        bytes[at()] = random(256)
        break
      case 1:
        bytes[at()] ^= 1 << random(8)
        break
      case 2: {
        const start = Math.min(at(), bytes.length - 8)
        writeWord(bytes, start, extremes[random(extremes.length)])
        if (random(2) === 0) bytes.fill(0xff, start + 4, start + 8)
        break
      }
      case 3: {
        const length = 1 + random(64)
        bytes.copyWithin(at(), at(), Math.min(bytes.length, at() + length))
        break
      }
      case 4:
        // An address that points somewhere else within the file: a loop, or two things in one place.
        writeWord(bytes, Math.min(at(), bytes.length - 8), random(bytes.length))
        break
      case 5: {
        const start = random(other.length)
        const piece = other.subarray(start, start + 1 + random(128))
        const to = Math.min(at(), Math.max(0, bytes.length - piece.length))
        bytes.set(piece.subarray(0, bytes.length - to), to)
        break
      }
      case 6: {
        // A length that is a little off.
        const start = at()
        bytes[start] = (bytes[start] + random(5) - 2) & 255
        break
      }
      default:
        if (random(4) === 0) bytes = bytes.slice(0, random(bytes.length))
    }
  }
  return bytes
}

function writeWord(bytes, start, value) {
  for (let i = 0; i < 4; i++) bytes[start + i] = (value >>> (8 * i)) & 255
}

/** Changes a JSON text: a value becomes another, a piece is doubled, a few bytes are damaged. */
export function damageText(text, random) {
  let changed = text
  for (let count = 1 + random(3); count > 0; count--) {
    const start = random(Math.max(1, changed.length))
    switch (random(3)) {
      case 0: {
        const value = /(?<=[:[,]\s*)(-?\d[\d.e+-]*|"[^"]*"|true|false|null|\[\]|\{\})/g
        value.lastIndex = start
        const found = value.exec(changed)
        if (!found) break
        const number = numbers[random(numbers.length)]
        changed =
          changed.slice(0, found.index) + number + changed.slice(found.index + found[0].length)
        break
      }
      case 1: {
        const end = start + random(400)
        changed = changed.slice(0, end) + changed.slice(start)
        break
      }
      default:
        changed =
          changed.slice(0, start) + String.fromCharCode(32 + random(95)) + changed.slice(start + 1)
    }
    if (changed.length > 1 << 20) return text
  }
  return changed
}
