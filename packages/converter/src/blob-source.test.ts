import { describe, expect, it } from 'vitest'
import { sourceFromBlob, type BlobLike } from './blob-source.ts'

/** A blob of so many bytes, byte i being i modulo 251, and what is read of it. */
function blobOf(size: number): { blob: BlobLike; reads: [number, number][] } {
  const reads: [number, number][] = []
  const slice: BlobLike['slice'] = (start = 0, end = size) => ({
    arrayBuffer() {
      const last = Math.min(end, size)
      reads.push([start, last])
      return Promise.resolve(
        Uint8Array.from({ length: last - start }, (_, i) => (start + i) % 251).buffer,
      )
    },
  })
  return { blob: { size, slice }, reads }
}

const bytes = (start: number, end: number): number[] =>
  Array.from({ length: end - start }, (_, i) => (start + i) % 251)

describe('sourceFromBlob', () => {
  it('reads a small file once, when it is asked for something', async () => {
    const { blob, reads } = blobOf(1000)
    const source = sourceFromBlob(blob, 'x')
    expect(reads).toEqual([])
    expect(Array.from(await source.slice(3, 9))).toEqual(bytes(3, 9))
    expect(Array.from(await source.slice(990, 1000))).toEqual(bytes(990, 1000))
    expect(reads).toEqual([[0, 1000]])
  })

  it('tries again after a read that failed', async () => {
    const { blob } = blobOf(1000)
    let failures = 1
    const source = sourceFromBlob({
      ...blob,
      slice: (start, end) =>
        failures-- > 0
          ? { arrayBuffer: () => Promise.reject(new Error('moved')) }
          : blob.slice(start, end),
    })
    await expect(source.slice(0, 4)).rejects.toThrow('moved')
    expect(Array.from(await source.slice(0, 4))).toEqual(bytes(0, 4))
  })

  it('reads a large file in blocks, and what is longer as it is', async () => {
    const [block, size] = [256 * 1024, 200 * 1024 * 1024 + 5]
    const { blob, reads } = blobOf(size)
    const source = sourceFromBlob(blob)
    for (const [start, end] of [
      [0, 8],
      [100, 164],
      [block - 1, block],
      [block, block + 2],
      [size - 5, size],
      [size, size],
      [block - 1, block + 1],
      [10, 2 * block],
    ] as const) {
      expect(Array.from(await source.slice(start, end))).toEqual(bytes(start, end))
    }
    expect(reads).toEqual([
      [0, block],
      [block, 2 * block],
      [size - 5, size],
      [block - 1, block + 1],
      [10, 2 * block],
    ])
  })

  it('keeps eight blocks', async () => {
    const block = 256 * 1024
    const { blob, reads } = blobOf(200 * 1024 * 1024)
    const source = sourceFromBlob(blob)
    const read = (number: number) => source.slice(number * block, number * block + 1)
    for (let number = 0; number < 8; number++) await read(number)
    await read(0)
    expect(reads).toHaveLength(8)
    await read(8)
    await read(0)
    expect(reads).toHaveLength(9)
    await read(1)
    expect(reads).toHaveLength(10)
  })
})
