import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DotplusError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import { elementsOf, heldByteLength, type StoredTensor } from '../model/tensor.ts'
import { decode } from './decode.ts'
import { decodeFrom, type ByteSource } from './decode-from.ts'
import { encode } from './encode.ts'
import { sampleModel } from './sample-model.fixture.ts'

/** Bytes as a file that counts how many of them are read. */
class CountingFile implements ByteSource {
  readonly #bytes: Uint8Array
  count = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get byteLength(): number {
    return this.#bytes.byteLength
  }

  read(into: Uint8Array, at: number): void {
    if (at + into.byteLength > this.byteLength) throw new RangeError('beyond the end')
    into.set(this.#bytes.subarray(at, at + into.byteLength))
    this.count += into.byteLength
  }
}

const largeFloats = 4000

/** The sample with one large tensor among small ones. */
function largeModel(): Model {
  const model = sampleModel()
  const data = new Uint8Array(Float32Array.from({ length: largeFloats }, (_, i) => i / 7).buffer)
  model.tensors.splice(2, 0, {
    name: 'large',
    dtype: 'float32',
    shape: [largeFloats / 10, 10],
    strings: [],
    data,
  })
  // What came after it is one further on; the sample's calls and cases refer to tensors by index.
  model.cases = []
  model.layers = model.layers.slice(0, 2)
  model.graph = { calls: [{ layer: 0, arguments: [] }], inputs: [], outputs: [] }
  return model
}

function outcomeOf(run: () => Model): unknown {
  try {
    return { model: Buffer.from(encode(run())).toString('latin1') }
  } catch (error) {
    if (!(error instanceof DotplusError)) throw error
    const { tag, what, place, expected, got } = error as DotplusError & Record<string, unknown>
    return { tag, what, place, expected, got }
  }
}

describe('decodeFrom', () => {
  it('gives what decode gives, and leaves large tensors in the file', () => {
    const bytes = encode(largeModel())
    const file = new CountingFile(bytes)
    const model = decodeFrom(file)
    expect(file.count).toBeLessThan(12_000)
    const large = model.tensors[2] as StoredTensor
    expect(model.tensors.map(({ left }) => left?.byteLength)).toEqual(
      model.tensors.map(({ name }) => (name === 'large' ? 4 * largeFloats : undefined)),
    )
    expect(heldByteLength(large)).toBe(4 * largeFloats)
    expect(file.count).toBeLessThan(12_000)

    expect(elementsOf(large)).toEqual(Float32Array.from({ length: largeFloats }, (_, i) => i / 7))
    const part = new Uint8Array(8)
    large.left?.read(part, 28)
    expect([...new Float32Array(part.buffer)]).toEqual([Math.fround(1), Math.fround(8 / 7)])
    expect(encode(model)).toEqual(encode(decode(bytes)))
  })

  it('reads a small model like decode', () => {
    const bytes = encode(sampleModel())
    expect(decodeFrom(new CountingFile(bytes))).toEqual(decode(bytes))
  })

  it('names what is wrong with a file as decode does, wherever it is cut off', () => {
    const bytes = encode(largeModel())
    for (let length = 0; length < bytes.byteLength; length += length < 700 ? 1 : 487) {
      const cut = bytes.subarray(0, length)
      const outcome = outcomeOf(() => decodeFrom(new CountingFile(cut), { file: 'cut.dotplus' }))
      expect(outcome).toEqual(outcomeOf(() => decode(cut, { file: 'cut.dotplus' })))
      expect(outcome).toHaveProperty('tag')
    }
  })

  it('agrees with decode about files that are damaged', () => {
    const whole = encode(largeModel())
    const near = whole.byteLength - 4 * largeFloats + 200
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(near), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const bytes = whole.slice()
          for (const [at, value] of changes) bytes[at] = value
          expect(outcomeOf(() => decodeFrom(new CountingFile(bytes)))).toEqual(
            outcomeOf(() => decode(bytes)),
          )
        },
      ),
      { numRuns: 400 },
    )
  })
})
