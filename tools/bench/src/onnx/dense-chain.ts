import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import type { DenseLayer } from '../models/model.ts'

const FLOAT = 1 // onnx.TensorProto.DataType
const IR_VERSION = 8
const OPSET = 17

const schema = new URL('../../proto/onnx.proto', import.meta.url)

/** Dense layers as an ONNX model of Gemm and Relu nodes: `input` (batch, n) → `output` (batch, m). */
export function denseChainToOnnx(name: string, layers: readonly DenseLayer[]): Uint8Array {
  const first = layers[0]
  const last = layers.at(-1)
  if (!first || !last) throw new RangeError(`${name}: no layers to write`)

  const node: object[] = []
  const initializer: object[] = []
  let current = 'input'
  for (const layer of layers) {
    const [weights, bias, sum] = [
      `${layer.name}/weights`,
      `${layer.name}/bias`,
      `${layer.name}/sum`,
    ]
    initializer.push(tensor(weights, [layer.inputs, layer.outputs], layer.weights))
    initializer.push(tensor(bias, [layer.outputs], layer.bias))
    const result = layer === last ? 'output' : layer.name
    const hasRelu = layer.activation === 'relu'
    node.push({ opType: 'Gemm', input: [current, weights, bias], output: [hasRelu ? sum : result] })
    if (hasRelu) node.push({ opType: 'Relu', input: [sum], output: [result] })
    current = result
  }

  const Model = protobuf.parse(readFileSync(schema, 'utf8')).root.lookupType('onnx.ModelProto')
  const model = Model.fromObject({
    irVersion: IR_VERSION,
    producerName: 'dotplus-bench',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name,
      node,
      initializer,
      input: [valueInfo('input', first.inputs)],
      output: [valueInfo('output', last.outputs)],
    },
  })
  return Model.encode(model).finish()
}

function tensor(name: string, dims: number[], values: Float32Array): object {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return { name, dims, dataType: FLOAT, rawData }
}

function valueInfo(name: string, width: number): object {
  const dim = [{ dimParam: 'batch' }, { dimValue: width }]
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } }
}
