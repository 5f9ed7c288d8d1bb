import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { sha256 } from './sha256.ts'

it('equals SHA-256 at every length around its blocks', async () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 167 + length) & 255)
    expect(await sha256(bytes)).toEqual(new Uint8Array(createHash('sha256').update(bytes).digest()))
  }
})
