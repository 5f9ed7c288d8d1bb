import { readFileSync } from 'node:fs'
import { createFileRegistry, fromBinary, toJson } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor.js'
import { describe, expect, it } from 'vitest'
import { encode } from './encode.ts'
import { sampleModel } from './sample-model.fixture.ts'

/** The schema as protobuf-es understands it: an implementation that shares no code with our codec. */
function independentSchema() {
  const proto = readFileSync(new URL('../../proto/model.proto', import.meta.url), 'utf8')
  const root = protobuf.parse(proto).root
  root.resolveAll()
  const set = (root as unknown as { toDescriptor(syntax: string): protobuf.Message }).toDescriptor(
    'proto3',
  )
  const { FileDescriptorSet } = descriptor as unknown as { FileDescriptorSet: protobuf.Type }
  const bytes = FileDescriptorSet.encode(FileDescriptorSet.fromObject(set.toJSON())).finish()
  const files = fromBinary(FileDescriptorSetSchema, bytes)
  // protobufjs writes type names as the source does; a descriptor holds them in full.
  for (const message of files.file.flatMap((file) => file.messageType)) {
    for (const field of message.field) {
      if (field.typeName !== '') field.typeName = `.dotplus.v1.${field.typeName}`
      if (field.jsonName === '') field.jsonName = field.name
    }
  }
  const schema = createFileRegistry(files).getMessage('dotplus.v1.Model')
  if (!schema) throw new Error('the schema has no dotplus.v1.Model')
  return schema
}

describe('an independent protobuf implementation', () => {
  it('reads layers, weights and biases', () => {
    const schema = independentSchema()
    const model = toJson(schema, fromBinary(schema, encode(sampleModel())))
    expect(model).toMatchObject({
      formatVersion: 1,
      layers: [
        { name: 'x', className: 'InputLayer', input: { dtype: 'FLOAT32', shape: ['-1', '4'] } },
        {
          name: 'dense',
          computeDtype: 'FLOAT32',
          dense: { units: 2, kernel: 0, bias: 1, activation: { function: 'relu' } },
        },
        {},
        {},
      ],
      graph: { calls: [{}, { layer: 1, arguments: [{ value: { ref: {} } }] }, {}] },
      tensorCount: 7,
      tensors: [
        {
          name: 'dense/kernel',
          dtype: 'FLOAT32',
          shape: ['4', '2'],
          data: Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer).toString('base64'),
        },
        { name: 'dense/bias', shape: ['2'] },
        {},
        {},
        { strings: ['', 'a', 'ß'] },
        {},
        {},
      ],
    })
  })
})
