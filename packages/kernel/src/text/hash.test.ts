import { describe, expect, test } from 'vitest'
import { fingerprint64 } from './farmhash.ts'
import { crossBucket, hashBucket, hashKeyOf } from './hash-bucket.ts'
import { sipHash24 } from './siphash.ts'

/** `length` letters. */
function letters(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 97 + ((i * 7 + Math.floor(i / 13)) % 26))
}

/** What the hashes below are taken modulo, so that TensorFlow's buckets hold them as signed integers. */
const buckets = 2n ** 62n + 12345n

/**
 * tf.strings.to_hash_bucket_fast and to_hash_bucket_strong (key 133, 137) of so many letters, TensorFlow 2.21: lengths
 * around each of FarmHash's cases.
 */
const hashes: readonly (readonly [length: number, farm: bigint, sip: bigint])[] = [
  [0, 1936946117179596765n, 316627932347050651n],
  [1, 3694432073954563441n, 2466253977694441105n],
  [2, 2722793752325077014n, 2140057453933182874n],
  [3, 3268219959478574187n, 180072912101611148n],
  [4, 4287492572700344921n, 1928579940439565648n],
  [5, 1629700290899817623n, 1857460397145505317n],
  [7, 3253435701257022047n, 3578713616717660412n],
  [8, 1420088497208346542n, 402495816166331470n],
  [9, 3386753590694953891n, 3309275318855038863n],
  [15, 4418500967711026346n, 869133411418626926n],
  [16, 1234898923616718263n, 1657505550663322418n],
  [17, 4060347599338760234n, 2888459243893127441n],
  [24, 1629800386434858708n, 3870308336716051428n],
  [31, 4141717288226669812n, 1766629701228542119n],
  [32, 2662946944420272407n, 4107741163815034878n],
  [33, 1220389801694724734n, 4153135561264161276n],
  [47, 4405214668932264823n, 807813583136634673n],
  [63, 4281188771974738881n, 590847986902557595n],
  [64, 1799578368396950309n, 420586491487718228n],
  [65, 515982793855721605n, 3593538101716673208n],
  [66, 3643695750263303314n, 3142571948468939064n],
  [127, 3161455297014178993n, 474607844495579955n],
  [128, 3150951941207252612n, 2011201570371086227n],
  [129, 3776046210060999257n, 868275032864899963n],
  [191, 3168312647038986669n, 2162073595721100078n],
  [192, 2874540784801568736n, 4283704397917490710n],
  [193, 1963268957406336723n, 3470991324180551348n],
  [300, 87426509358987232n, 3739769043578509995n],
]

describe('hashes are those of TensorFlow, bit by bit', () => {
  test.each(hashes)('of %i bytes', (length, farm, sip) => {
    expect(fingerprint64(letters(length)) % buckets).toBe(farm)
    expect(sipHash24(letters(length), [133n, 137n]) % buckets).toBe(sip)
  })

  test.each([
    ['', 377723, 383377],
    ['é', 47472, 803174],
    ['日本語', 128250, 502798],
    ['🦜', 463343, 324951],
    ['naïve café', 89786, 224490],
  ])('of %s, in UTF-8', (text, fast, strong) => {
    expect(hashBucket(text, 1_000_003, undefined)).toBe(fast)
    expect(hashBucket(text, 1_000_003, [1n, 2n])).toBe(strong)
  })

  test('of bytes within a larger buffer', () => {
    const bytes = new Uint8Array([...letters(3), ...letters(65), ...letters(3)])
    expect(fingerprint64(bytes.subarray(3, 68))).toBe(fingerprint64(letters(65)))
    expect(sipHash24(bytes.subarray(3, 68), [1n, 2n])).toBe(sipHash24(letters(65), [1n, 2n]))
  })

  test('SipHash of the example of its paper', () => {
    const key = hashKeyOf(Uint8Array.from({ length: 16 }, (_, i) => i))
    expect(
      key &&
        sipHash24(
          Uint8Array.from({ length: 15 }, (_, i) => i),
          key,
        ),
    ).toBe(0xa129ca6149be45e5n)
  })

  test('features crossed, as tf.sparse.cross_hashed', () => {
    expect(crossBucket(['a', 'c'], 997)).toBe(288)
    expect(crossBucket(['a', 1n], 997)).toBe(228)
    expect(crossBucket([5n, 1n], 997)).toBe(671)
    expect(crossBucket([5n, 1n, 2n ** 40n], 997)).toBe(732)
    expect(crossBucket(['a', 'b', 'c'], 997)).toBe(492)
  })
})
