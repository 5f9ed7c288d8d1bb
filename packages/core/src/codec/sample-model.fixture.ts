import type { Model } from '../model/model.ts'

function bytesOf(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer)
}

/** A model that uses every part of the format once: graph, submodel, constants, evidence, shards, strings. */
export function sampleModel(): Model {
  return {
    formatVersion: 1,
    name: 'sample',
    provenance: {
      sourceName: 'sample.keras',
      sourceFormat: 'keras-v3',
      sourceSha256: Uint8Array.from({ length: 32 }, (_, i) => i),
      kerasVersion: '3.15.1',
      backend: '',
      converter: '@dotplus/converter 0.0.0',
    },
    layers: [
      {
        name: 'x',
        className: 'InputLayer',
        kind: 'input',
        input: { dtype: 'float32', shape: [-1, 4], optional: false },
      },
      {
        name: 'dense',
        className: 'Dense',
        computeDtype: 'float32',
        variableDtype: 'float32',
        kind: 'dense',
        dense: {
          units: 2,
          kernel: 0,
          bias: 1,
          activation: { function: 'relu', settings: [{ name: 'negative_slope', value: 0.3 }] },
        },
      },
      {
        name: 'slice',
        className: 'GetItem',
        kind: 'op',
        op: {
          name: 'getitem',
          attributes: [
            { name: 'mask', value: { kind: 'none', none: true } },
            { name: 'keepdims', value: { kind: 'boolean', boolean: false } },
            { name: 'constant', value: { kind: 'tensor', tensor: 1 } },
          ],
        },
      },
      {
        name: 'inner',
        className: 'Functional',
        kind: 'submodel',
        submodel: {
          graph: {
            calls: [{ layer: 0, arguments: [] }],
            inputs: [
              {
                name: 'x',
                value: { call: 0, output: 0 },
                dtype: 'float32',
                shape: [-1, 4],
                optional: false,
              },
            ],
            outputs: [{ name: 'x', value: { call: 0, output: 0 }, shape: [], optional: false }],
          },
        },
      },
    ],
    graph: {
      calls: [
        { layer: 0, arguments: [] },
        {
          layer: 1,
          arguments: [{ name: '', value: { kind: 'ref', ref: { call: 0, output: 0 } } }],
        },
        {
          layer: 2,
          arguments: [
            { name: '', value: { kind: 'ref', ref: { call: 1, output: 0 } } },
            {
              name: 'key',
              value: {
                kind: 'list',
                list: {
                  items: [
                    { kind: 'ellipsis', ellipsis: true },
                    {
                      kind: 'slice',
                      slice: {
                        start: { kind: 'integer', integer: -1 },
                        step: { kind: 'number', number: 0.5 },
                      },
                    },
                    { kind: 'text', text: 'ünïcode' },
                    { kind: 'dtype', dtype: 'bfloat16' },
                    {
                      kind: 'dict',
                      dict: { entries: [{ name: 'k', value: { kind: 'integer', integer: 0 } }] },
                    },
                  ],
                },
              },
            },
          ],
        },
      ],
      inputs: [
        {
          name: 'x',
          value: { call: 0, output: 0 },
          dtype: 'float32',
          shape: [-1, 4],
          optional: false,
        },
      ],
      outputs: [{ name: 'y', value: { call: 2, output: 0 }, shape: [], optional: false }],
    },
    cases: [
      {
        name: 'io',
        inputs: [1],
        outputs: [2],
        checkpoints: [{ layer: 'dense', call: 0, output: 0, value: 2 }],
        calls: 0,
        rtol: 1e-5,
        atol: 0,
        toleranceReason: 'because',
      },
    ],
    shards: [
      { name: 'model-00001-of-00001.bin', byteLength: 256, sha256: new Uint8Array(32).fill(7) },
    ],
    tensors: [
      {
        name: 'dense/kernel',
        dtype: 'float32',
        shape: [4, 2],
        strings: [],
        data: bytesOf([1, 2, 3, 4, 5, 6, 7, 8]),
      },
      {
        name: 'dense/bias',
        dtype: 'float32',
        shape: [2],
        strings: [],
        data: bytesOf([-0, Number.NaN]),
      },
      { name: 'scalar', dtype: 'float32', shape: [], strings: [], data: bytesOf([1.5]) },
      { name: 'empty', dtype: 'float32', shape: [0, 3], strings: [], data: new Uint8Array(0) },
      {
        name: 'vocabulary',
        dtype: 'string',
        shape: [3],
        strings: ['', 'a', 'ß'],
        data: new Uint8Array(0),
      },
      {
        name: 'external',
        dtype: 'float16',
        shape: [64],
        external: { shard: 0, offset: 128, byteLength: 128 },
        strings: [],
        storedFrom: 'float32',
        data: new Uint8Array(0),
      },
      {
        name: 'bytes',
        dtype: 'uint8',
        shape: [300],
        strings: [],
        data: new Uint8Array(300).fill(3),
      },
    ],
  }
}
