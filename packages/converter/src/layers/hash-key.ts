import type { LayerConfig } from '../keras/layer-config.ts'

/**
 * The key of the strong hash: two 64-bit words, little-endian, 16 bytes; empty without a salt. One salt stands for both
 * words.
 */
export function hashKey(config: LayerConfig): Uint8Array {
  const salt = config.value('salt')
  if (salt === undefined || salt === null) return new Uint8Array(0)
  const [low, high, ...more] = Array.isArray(salt) && salt.length > 1 ? salt : [salt, salt].flat()
  const key = new DataView(new ArrayBuffer(16))
  if (!isInteger(low) || !isInteger(high) || more.length > 0) {
    config.reject('salt', 'a whole number or two of them')
    return new Uint8Array(0)
  }
  key.setBigInt64(0, BigInt(low), true)
  key.setBigInt64(8, BigInt(high), true)
  return new Uint8Array(key.buffer)
}

function isInteger(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || Number.isSafeInteger(value)
}
