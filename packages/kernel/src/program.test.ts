import { expect, test } from 'vitest'
import {
  activation,
  activationNames,
  programAt,
  recordBytes,
  relu,
  writeActivation,
  writeDense,
} from './program.ts'
import { writeFill } from './records.ts'
import * as L from './wasm/layout.ts'

function oneRecord() {
  return programAt(new ArrayBuffer(recordBytes), 0, 1)
}

test('word numbers are within a record and distinct within an op', () => {
  const ops = new Map<string, Map<number, string>>()
  for (const [name, word] of Object.entries(L)) {
    const op =
      /^(LOOP|DENSE|ACTIVATION|SOFTMAX|BINARY|AFFINE|SCALE_SHIFT|COPY|TRANSPOSE|PRELU|GLU|FILL)_/.exec(
        name,
      )?.[1]
    if (!op) continue
    expect(word, name).toBeGreaterThan(L.ROWS)
    expect(word, name).toBeLessThan(recordBytes / 4)
    const words = ops.get(op) ?? new Map<number, string>()
    expect(words.get(word), name).toBeUndefined()
    ops.set(op, words.set(word, name))
  }
  expect(ops.size).toBe(12)
})

test('a Dense record holds what it was given, strides by default those of packed rows', () => {
  const program = oneRecord()
  const spec = relu({ negativeSlope: 0.5, maxValue: 6, threshold: 1 })
  writeDense(program, 0, {
    rows: 2,
    inner: 3,
    units: 5,
    x: 64,
    weights: 128,
    y: 256,
    yAdvance: 0,
    activation: spec,
  })
  expect([...program.u32.subarray(0, 12)]).toEqual([
    L.DENSE,
    2,
    3,
    5,
    64,
    12,
    12,
    128,
    256,
    20,
    0,
    L.RELU_GENERAL,
  ])
  expect([...program.f32.subarray(12, 15)]).toEqual([0.5, 6, 1])
})

test('writing a record leaves nothing of the one before', () => {
  const program = oneRecord()
  program.u32.fill(0xffffffff)
  writeFill(program, 0, { rows: 1, width: 1, y: 64, value: 2 })
  expect([...program.u32]).toEqual([
    L.FILL,
    1,
    1,
    64,
    4,
    0x40000000,
    ...Array<number>(L.RECORD_BYTES / 4 - 6).fill(0),
  ])
})

test('row maps share the words of ACTIVATION', () => {
  const places = [L.ACTIVATION_WIDTH, L.ACTIVATION_X, L.ACTIVATION_X_ADVANCE, L.ACTIVATION_Y]
  expect(places).toEqual([L.SOFTMAX_WIDTH, L.SOFTMAX_X, L.SOFTMAX_X_ADVANCE, L.SOFTMAX_Y])
  expect(places).toEqual([L.AFFINE_WIDTH, L.AFFINE_X, L.AFFINE_X_ADVANCE, L.AFFINE_Y])
  expect(places).toEqual([L.PRELU_WIDTH, L.PRELU_X, L.PRELU_X_ADVANCE, L.PRELU_Y])
  expect(places).toEqual([L.GLU_WIDTH, L.GLU_X, L.GLU_X_ADVANCE, L.GLU_Y])
  expect(places).toEqual([
    L.SCALE_SHIFT_WIDTH,
    L.SCALE_SHIFT_X,
    L.SCALE_SHIFT_X_ADVANCE,
    L.SCALE_SHIFT_Y,
  ])
})

test('relu takes the cheapest code', () => {
  expect(relu().code).toBe(L.RELU)
  expect(relu({ maxValue: 6 }).code).toBe(L.RELU6)
  expect(relu({ negativeSlope: 0.1 })).toEqual({ code: L.LEAKY_RELU, parameters: [0.1] })
  expect(relu({ maxValue: 5 }).code).toBe(L.RELU_GENERAL)
  expect(relu({ threshold: 1 }).parameters[1]).toBeNaN()
})

test('every activation name can be written', () => {
  for (const name of activationNames) {
    const program = oneRecord()
    const map = { rows: 1, width: 1, x: 64, y: 64 }
    writeActivation(program, 0, { ...map, activation: activation(name) })
    expect(program.u32[L.ACTIVATION_CODE], name).toBe(activation(name).code)
  }
})
