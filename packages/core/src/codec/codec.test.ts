import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { DotplusError, FormatError, ModelError } from '../errors.ts'
import type { Layer } from '../model/layer.ts'
import { elementsOf, type StoredTensor } from '../model/tensor.ts'
import { decode, isDotplus } from './decode.ts'
import { dataAlignment } from '../model/tensor.ts'
import { encode } from './encode.ts'
import { sampleModel } from './sample-model.fixture.ts'

const proto = new URL('../../proto/model.proto', import.meta.url)

describe('encode and decode', () => {
  it('loses nothing', () => {
    const bytes = encode(sampleModel())
    const model = decode(bytes)
    // toMatchObject: decoding also fills in the defaults that the sample leaves out.
    expect(model).toMatchObject(sampleModel())
    expect(encode(model)).toEqual(bytes)
  })

  it('begins with the format version', () => {
    expect([...encode(sampleModel()).subarray(0, 5)]).toEqual([0x0d, 1, 0, 0, 0])
    expect(isDotplus(encode(sampleModel()))).toBe(true)
    expect(isDotplus(new Uint8Array([0x89, 0x48, 0x44, 0x46, 0x0d]))).toBe(false)
  })

  it.each([0, 1, 2, 3, 40, 63, 64, 65, 126, 127, 128, 200, 16_384])(
    'aligns tensor data to 64 bytes when names are %i characters longer',
    (length) => {
      const model = sampleModel()
      model.name = 'n'.repeat(length)
      for (const [i, tensor] of model.tensors.entries())
        tensor.name += 't'.repeat((length * (i + 1)) % 500)
      const decoded = decode(encode(model))
      const stored = decoded.tensors.filter(({ data }) => data.byteLength > 0)
      expect(stored.map(({ data }) => data.byteOffset % dataAlignment)).toEqual([0, 0, 0, 0])
      expect(decoded).toMatchObject(model)
    },
  )

  it('views tensors in the file instead of copying them', () => {
    const bytes = encode(sampleModel())
    const [kernel] = decode(bytes).tensors
    expect(kernel?.data.buffer).toBe(bytes.buffer)
    expect(elementsOf(kernel as StoredTensor)).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8))
  })

  it('keeps fields that it does not know, wherever they are', () => {
    const root = protobuf.parse(readFileSync(proto, 'utf8')).root
    const Model = root.lookupType('dotplus.v1.Model')
    const Dense = root.lookupType('dotplus.v1.Dense')
    Dense.add(new protobuf.Field('future', 900, 'string'))
    Model.add(new protobuf.Field('future', 901, 'double'))
    Model.lookupType('Layer').add(new protobuf.Field('futureKind', 902, 'Dense'))
    const message = Model.decode(encode(sampleModel())) as unknown as {
      layers: { dense?: { future?: string } }[]
      future: number
    }
    const dense = message.layers[1]?.dense as { future?: string }
    dense.future = 'kept'
    message.future = 2.5
    const written = Model.encode(message).finish()
    const again = Model.decode(encode(decode(written))) as unknown as typeof message
    expect(again.future).toBe(2.5)
    expect(again.layers[1]?.dense?.future).toBe('kept')
  })

  it('names a layer of a kind it does not know', () => {
    const root = protobuf.parse(readFileSync(proto, 'utf8')).root
    const Model = root.lookupType('dotplus.v1.Model')
    const Layer = root.lookupType('dotplus.v1.Layer')
    Layer.add(new protobuf.Field('quantum', 950, 'string'))
    const message = Model.decode(encode(sampleModel())) as unknown as {
      layers: Record<string, unknown>[]
    }
    message.layers.push({ name: 'q', className: 'Quantum', quantum: 'x' })
    const model = decode(Model.encode(message).finish())
    const layer = model.layers.at(-1) as Layer
    expect(layer.kind).toBeUndefined()
    expect(layer).toMatchObject({ name: 'q', className: 'Quantum' })
    expect(layer.unknownFields).toHaveLength(1)
  })

  it('is read by protobufjs as the schema says', () => {
    const root = protobuf.parse(readFileSync(proto, 'utf8')).root
    const Model = root.lookupType('dotplus.v1.Model')
    const bytes = encode(sampleModel())
    const message = Model.toObject(Model.decode(bytes), { enums: String, longs: Number })
    expect(message).toMatchObject({
      formatVersion: 1,
      name: 'sample',
      layers: [
        { name: 'x', input: { dtype: 'FLOAT32', shape: [-1, 4] } },
        {
          name: 'dense',
          dense: { units: 2, kernel: 0, bias: 1, activation: { function: 'relu' } },
        },
        { name: 'slice' },
        { name: 'inner' },
      ],
      tensors: [
        { name: 'dense/kernel', dtype: 'FLOAT32', shape: [4, 2] },
        {},
        {},
        {},
        { strings: ['', 'a', 'ß'] },
        {},
        {},
      ],
    })
    // And the other way: what protobufjs writes means the same to us.
    expect(decode(Model.encode(Model.decode(bytes)).finish())).toMatchObject(sampleModel())
  })
})

describe('hostile bytes', () => {
  it('throws a typed error for a file cut at every byte', () => {
    const bytes = encode(sampleModel())
    for (let length = 0; length < bytes.byteLength; length++) {
      let error: unknown
      try {
        decode(bytes.slice(0, length), { file: 'cut.dotplus' })
      } catch (caught) {
        error = caught
      }
      expect(error, `cut at byte ${length}`).toBeInstanceOf(DotplusError)
      expect((error as DotplusError).message).toMatch(/^cut\.dotplus: [^\n]+$/)
    }
  })

  it('throws only typed errors for bytes changed at random', () => {
    const bytes = encode(sampleModel())
    const change = fc.record({ at: fc.nat(bytes.byteLength - 1), to: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const damaged = bytes.slice()
        for (const { at, to } of changes) damaged[at] = to
        expect(succeedsOrExplains(() => encode(decode(damaged)))).toBe(true)
      }),
      { numRuns: 20_000, seed: 1 },
    )
  })

  it('throws only typed errors for random bytes behind a valid head', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => {
        const bytes = new Uint8Array(5 + tail.byteLength)
        bytes.set([0x0d, 1, 0, 0, 0])
        bytes.set(tail, 5)
        expect(succeedsOrExplains(() => decode(bytes))).toBe(true)
      }),
      { numRuns: 20_000, seed: 2 },
    )
  })

  it('refuses a newer format version and says what to do', () => {
    const bytes = encode(sampleModel())
    bytes[1] = 2
    expect(() => decode(bytes)).toThrow(
      /format version: written by a newer version of dotplus: expected 1 or older, got 2/,
    )
  })

  it('refuses messages nested without end', () => {
    // Model.graph.calls.arguments.value.list.items.list.items…
    let nested: Uint8Array = new Uint8Array(0)
    for (let i = 0; i < 2_000; i++) nested = lengthPrefixed(0x42, lengthPrefixed(0x0a, nested))
    const argument = lengthPrefixed(0x12, nested)
    const graph = lengthPrefixed(0x2a, lengthPrefixed(0x0a, lengthPrefixed(0x12, argument)))
    const bytes = new Uint8Array([0x0d, 1, 0, 0, 0, ...graph])
    expect(() => decode(bytes)).toThrow(FormatError)
  })

  const damages: [string, (model: ReturnType<typeof sampleModel>) => void, RegExp][] = [
    [
      'a tensor index beyond the table',
      (model) => Object.assign((model.layers[1] as Layer & { kind: 'dense' }).dense, { bias: 99 }),
      /layer dense: bias: index into tensors out of range: expected below 7, got 99/,
    ],
    [
      'a call that refers to a later one',
      (model) =>
        Object.assign(model.graph?.calls[1]?.arguments[0] ?? {}, {
          value: { kind: 'ref', ref: { call: 2, output: 0 } },
        }),
      /call 1: index into earlier calls out of range/,
    ],
    [
      'data shorter than the shape',
      (model) => Object.assign(model.tensors[0] ?? {}, { data: new Uint8Array(31) }),
      /tensor dense\/kernel: bytes of float32 \[4, 2\]: expected 32, got 31/,
    ],
    [
      'a shape whose product overflows',
      (model) => Object.assign(model.tensors[0] ?? {}, { shape: [2 ** 30, 2 ** 30, 2 ** 30] }),
      /the shape is too large/,
    ],
    [
      'a tensor beyond its shard',
      (model) => Object.assign(model.tensors[5]?.external ?? {}, { offset: 192 }),
      /beyond the end of its shard/,
    ],
    [
      'two layers of one name',
      (model) => Object.assign(model.layers[2] ?? {}, { name: 'dense' }),
      /layer dense: two layers have the same name/,
    ],
    ['no graph', (model) => delete model.graph, /the model has no graph/],
    [
      'a model that contains itself',
      (model) =>
        Object.assign(
          (model.layers[3] as Layer & { kind: 'submodel' }).submodel.graph?.calls[0] ?? {},
          { layer: 3 },
        ),
      /layer inner: the layer contains itself/,
    ],
  ]
  it.each(damages)('refuses %s', (_, damage, message) => {
    const model = sampleModel()
    damage(model)
    expect(() => decode(encode(model))).toThrow(ModelError)
    expect(() => decode(encode(model))).toThrow(message)
  })
})

/** True when `read` succeeds or fails with a typed error; what else it throws is thrown on. */
function succeedsOrExplains(read: () => void): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (error instanceof DotplusError && !error.message.includes('\n')) return true
    throw error
  }
}

function lengthPrefixed(tag: number, bytes: Uint8Array): Uint8Array {
  const head = [tag]
  let rest = bytes.byteLength
  for (; rest >= 128; rest = Math.floor(rest / 128)) head.push((rest % 128) | 128)
  return new Uint8Array([...head, rest, ...bytes])
}
