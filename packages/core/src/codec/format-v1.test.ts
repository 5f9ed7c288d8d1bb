import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decode } from './decode.ts'
import { encode } from './encode.ts'

const folder = new URL('../../../../test-fixtures/format/v1/', import.meta.url)

/** Files of the first version of the format, by name, with the SHA-256 they were written with. */
const files = new Map(
  readFileSync(new URL('SHA256SUMS', folder), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): [string, string] => [line.slice(66), line.slice(0, 64)]),
)

describe('files of format version 1 load for ever', () => {
  it('there are some', () => {
    expect(files.size).toBe(17)
  })

  it.each([...files])('%s is what it was', (name, digest) => {
    const bytes = readFileSync(new URL(name, folder))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest)
  })

  it.each([...files.keys()].filter((name) => name.endsWith('.dotplus')))(
    '%s is decoded, and encoded to the same bytes',
    (name) => {
      const bytes = readFileSync(new URL(name, folder))
      const model = decode(bytes, { file: name })
      expect(model.formatVersion).toBe(1)
      expect(model.layers.every((layer) => layer.kind !== undefined)).toBe(true)
      expect(Buffer.compare(encode(model), bytes)).toBe(0)
    },
  )
})
