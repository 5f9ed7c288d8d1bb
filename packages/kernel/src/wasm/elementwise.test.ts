import { describe, expect, test } from 'vitest'
import { writeGlu } from '../program.ts'
import {
  writeAffine,
  writeBinary,
  writePrelu,
  writeScaleShift,
  type BinaryName,
  type OperandKind,
} from '../records.ts'
import { affine, binary, glu, prelu } from '../reference/elementwise.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { evenly, GuardedKernel, randomFloats, ulpError, wholeRange } from './testing.ts'

const operations: readonly BinaryName[] = [
  'add',
  'subtract',
  'multiply',
  'divide',
  'minimum',
  'maximum',
  'squared_difference',
]
const kinds: readonly OperandKind[] = ['full', 'row', 'column', 'scalar']
const shapes = [1, 2, 3].flatMap((rows) =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9].map((width) => ({ rows, width })),
)

function operandLength(kind: OperandKind, rows: number, width: number): number {
  return { full: rows * width, row: width, column: rows, scalar: 1 }[kind]
}

describe.each([
  ['exact', exact],
  ['fast', fast],
])('%s', (_, module) => {
  const kernel = new GuardedKernel(module)

  test.each(operations)(
    '%s has the bits of the scalar reference for all operand kinds',
    (operation) => {
      for (const { rows, width } of shapes) {
        for (const aKind of kinds) {
          for (const bKind of kinds) {
            const a = randomFloats(operandLength(aKind, rows, width), 1)
            const b = randomFloats(operandLength(bKind, rows, width), 2)
            a[0] = NaN
            b[b.length - 1] = -Infinity
            const expected = binary(
              { rows, width },
              operation,
              { values: a, kind: aKind },
              { values: b, kind: bKind },
              'float32',
            )
            kernel.reset()
            const [aAt, bAt, y] = [
              kernel.floats(a),
              kernel.floats(b),
              kernel.bytes(rows * width * 4),
            ]
            kernel.run(1, (program) =>
              writeBinary(program, 0, { operation, rows, width, a: aAt, aKind, b: bAt, bKind, y }),
            )
            expect([...kernel.view(y, rows * width)], `${rows}×${width} ${aKind} ${bKind}`).toEqual(
              [...expected],
            )
          }
        }
      }
    },
  )

  test('a binary result may take the place of a full operand', () => {
    const [rows, width] = [3, 7]
    const a = randomFloats(rows * width, 1)
    const b = randomFloats(rows * width, 2)
    const expected = binary(
      { rows, width },
      'subtract',
      { values: a, kind: 'full' },
      { values: b, kind: 'full' },
      'float32',
    )
    for (const target of ['a', 'b'] as const) {
      kernel.reset()
      const at = { a: kernel.floats(a), b: kernel.floats(b) }
      kernel.run(1, (program) =>
        writeBinary(program, 0, { operation: 'subtract', rows, width, ...at, y: at[target] }),
      )
      expect([...kernel.view(at[target], rows * width)]).toEqual([...expected])
    }
  })

  test('affine and scaleShift have the bits of the scalar reference', () => {
    for (const { rows, width } of shapes) {
      const values = randomFloats(rows * width)
      const scale = randomFloats(width, 2)
      const offset = randomFloats(width, 3)
      kernel.reset()
      const x = kernel.floats(values)
      const [scaleAt, offsetAt] = [kernel.floats(scale), kernel.floats(offset)]
      const [y, z] = [kernel.bytes(rows * width * 4), kernel.bytes(rows * width * 4)]
      kernel.run(2, (program) => {
        writeAffine(program, 0, { rows, width, x, y, scale: 1 / 255, offset: -0.3 })
        writeScaleShift(program, 1, { rows, width, x, y: z, scale: scaleAt, offset: offsetAt })
      })
      const shape = { rows, width }
      expect([...kernel.view(y, rows * width)]).toEqual([
        ...affine(shape, values, 1 / 255, -0.3, 'float32'),
      ])
      expect([...kernel.view(z, rows * width)]).toEqual([
        ...affine(shape, values, scale, offset, 'float32'),
      ])
    }
  })

  test('scaleShift, wide, is float64 rounded once', () => {
    for (const { rows, width } of shapes) {
      const values = randomFloats(rows * width)
      const [scale, offset] = [2, 3].map((seed) =>
        Float64Array.from(randomFloats(width, seed), (value) => value / 3),
      ) as [Float64Array, Float64Array]
      kernel.reset()
      const x = kernel.floats(values)
      const [scaleAt, offsetAt] = [scale, offset].map((doubles) =>
        kernel.words(new Uint32Array(doubles.buffer)),
      ) as [number, number]
      const y = kernel.bytes(rows * width * 4)
      kernel.run(1, (program) =>
        writeScaleShift(program, 0, {
          rows,
          width,
          x,
          y,
          scale: scaleAt,
          offset: offsetAt,
          wide: true,
        }),
      )
      const truth = values.map((v, i) => v * scale[i % width]! + offset[i % width]!)
      expect(kernel.view(y, rows * width)).toEqual(truth)
    }
  })

  test('prelu has the bits of the scalar reference for every period that divides the width', () => {
    for (const { rows, width } of shapes) {
      for (let period = 1; period <= width; period++) {
        if (width % period !== 0) continue
        const values = randomFloats(rows * width)
        const alpha = randomFloats(period, 2)
        kernel.reset()
        const [x, alphaAt, y] = [
          kernel.floats(values),
          kernel.floats(alpha),
          kernel.bytes(rows * width * 4),
        ]
        kernel.run(1, (program) =>
          writePrelu(program, 0, { rows, width, x, y, alpha: alphaAt, period }),
        )
        expect([...kernel.view(y, rows * width)]).toEqual([
          ...prelu({ rows, width }, values, alpha, 'float32'),
        ])
      }
    }
  })

  test('glu is within 2 ulp of float64 over the whole range of values and gates', () => {
    const values = [...wholeRange(2)].filter((v) => Math.abs(v) < Infinity)
    const gates = [...evenly(-200, 200, 400), -1e9, 1e9, -0, 0]
    for (const gate of gates) {
      const width = values.length
      const row = [...values, ...values.map(() => gate)]
      expect(gluError({ rows: 1, width }, Float32Array.from(row)), `gate ${gate}`).toBeLessThan(2)
    }
  })

  test('glu of infinity is NaN where the gate is 0', () => {
    kernel.reset()
    const values = [Infinity, -Infinity, Infinity, -Infinity, 5]
    const [x, y] = [kernel.floats([...values, 3, -20, -1e4, -Infinity, -1e4]), kernel.bytes(20)]
    kernel.run(1, (program) => writeGlu(program, 0, { rows: 1, width: 5, x, y }))
    expect([...kernel.view(y, 5)]).toEqual([Infinity, -Infinity, NaN, NaN, 0])
  })

  test('glu is within 2 ulp of float64 for all shapes', () => {
    for (const shape of shapes) {
      const x = randomFloats(2 * shape.rows * shape.width).map((v) => v * 9)
      expect(gluError(shape, x)).toBeLessThan(2)
    }
  })

  /** The worst error in ulp. */
  function gluError(shape: { rows: number; width: number }, values: Float32Array): number {
    kernel.reset()
    const [x, y] = [kernel.floats(values), kernel.bytes(values.length * 2)]
    kernel.run(1, (program) => writeGlu(program, 0, { ...shape, x, y }))
    const truth = glu(shape, values, 'float64')
    return Math.max(...kernel.view(y, truth.length).map((v, i) => ulpError(v, truth[i]!)))
  }
})
