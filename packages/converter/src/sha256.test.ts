import { describe, expect, it } from 'vitest'
import { Sha256, sha256OfSources } from './sha256.ts'
import { sourceFromBytes } from './source.ts'

const bytes = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7 + 3) & 255)

async function platform(data: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', data as Uint8Array<ArrayBuffer>))
}

describe('Sha256', () => {
  it.each([0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000])(
    'agrees with the platform on %i bytes',
    async (length) => {
      const data = bytes.subarray(0, length)
      expect(new Sha256().update(data).digest()).toEqual(await platform(data))
    },
  )

  it.each([1, 3, 63, 64, 65, 200])('takes bytes in pieces of %i', async (size) => {
    const hash = new Sha256()
    for (let start = 0; start < bytes.byteLength; start += size)
      hash.update(bytes.subarray(start, start + size))
    expect(hash.digest()).toEqual(await platform(bytes))
  })

  it('hashes several sources as one', async () => {
    const sources = [
      sourceFromBytes('a', bytes.subarray(0, 100)),
      sourceFromBytes('b', bytes.subarray(100)),
    ]
    expect(await sha256OfSources(sources)).toEqual(await platform(bytes))
  })
})
