import { concatenateFingerprints, fingerprint64 } from './farmhash.ts'
import { sipHash24 } from './siphash.ts'

const utf8 = new TextEncoder()

/** Two 64-bit words. */
export type HashKey = readonly [bigint, bigint]

/** The key of 16 bytes that a model holds; undefined when there are none. */
export function hashKeyOf(bytes: Uint8Array): HashKey | undefined {
  if (bytes.length !== 16) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16)
  return [view.getBigUint64(0, true), view.getBigUint64(8, true)]
}

/** The bucket of a text, 0 to `buckets` - 1: by SipHash-2-4 with a key, by FarmHash without. */
export function hashBucket(text: string, buckets: number, key: HashKey | undefined): number {
  const bytes = utf8.encode(text)
  const hash = key === undefined ? fingerprint64(bytes) : sipHash24(bytes, key)
  return Number(hash % BigInt(buckets))
}

/** What TensorFlow begins its crosses with. */
const crossSeed = 0xdecafcaffen

/**
 * The bucket of several features at once, in their order: texts by their fingerprints, integers as they are
 * (tf.sparse.cross_hashed).
 */
export function crossBucket(features: readonly (string | bigint)[], buckets: number): number {
  const hash = features.reduce<bigint>((chained, feature) => {
    const word =
      typeof feature === 'string'
        ? fingerprint64(utf8.encode(feature))
        : BigInt.asUintN(64, feature)
    return concatenateFingerprints(chained, word)
  }, crossSeed)
  return Number(hash % BigInt(buckets))
}
