import { describe, expect, test } from 'vitest'

import { activation, writeLoop, type Activation } from '../program.ts'
import { recurrent, type ReferenceCell, type Walk } from '../reference/recurrent.ts'
import { recurrentSettings, wideScratchFloats, writeRecurrent } from '../sequence-records.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { GuardedKernel, randomFloats } from './testing.ts'

const gateCounts = { simple_rnn: 1, lstm: 4, gru: 3 } as const
const tanh = activation('tanh')
const sigmoid = activation('sigmoid')

interface Case {
  readonly type: ReferenceCell['type']
  readonly units: number
  readonly rows: number
  readonly steps: number
  readonly resetBefore?: boolean
  readonly mask?: readonly number[]
  readonly walk?: Walk
  readonly sequences?: boolean
  readonly timeMajor?: boolean
  /** Sequences that run at a time. */
  readonly tileRows?: number
  /** Steps in float64. */
  readonly wide?: boolean
  /** tanh and sigmoid where there are none. */
  readonly activations?: { readonly own: Activation; readonly gates: Activation }
}

/** Columns of a matrix of `columns` columns, side by side. */
function columnsOf(data: Float32Array, columns: number, from: number, to: number): Float32Array {
  return data.filter((_, at) => at % columns >= from && at % columns < to)
}

/** (rows, steps, width) ↔ (steps, rows, width). */
function swapped(data: ArrayLike<number>, rows: number, steps: number): Float32Array {
  const width = data.length / (rows * steps)
  return Float32Array.from({ length: data.length }, (_, at) => {
    const [step, row] = [Math.floor(at / width / rows), Math.floor(at / width) % rows]
    return data[(row * steps + step) * width + (at % width)]!
  })
}

function run(kernel: GuardedKernel, given: Case) {
  const { type, units, rows, steps, resetBefore = false, mask, walk = {}, timeMajor } = given
  const { sequences = true } = given
  kernel.reset()
  const columns = gateCounts[type] * units
  const weights = randomFloats(units * columns, units).map((v) => v / Math.sqrt(units))
  const bias = randomFloats(columns, 3)
  const x = randomFloats(rows * steps * columns, rows + steps)
  const [h0, c0] = [randomFloats(rows * units, 5), randomFloats(rows * units, 6)]
  const biased = type === 'gru' && !resetBefore
  const packed = resetBefore
    ? kernel.packDense(units, 2 * units, columnsOf(weights, columns, 0, 2 * units), null)
    : kernel.packDense(units, columns, weights, biased ? bias : null)
  const candidate = resetBefore
    ? kernel.packDense(units, units, columnsOf(weights, columns, 2 * units, columns), null)
    : 0
  const { own, gates } = given.activations ?? { own: tanh, gates: sigmoid }
  const settings = kernel.floats(recurrentSettings(own, gates, candidate))
  const [h, c] = [kernel.floats(h0), kernel.floats(c0)]
  const from = kernel.floats(timeMajor ? swapped(x, rows, steps) : x)
  const words = mask && kernel.words(timeMajor ? swapped(mask, rows, steps) : mask)
  const length = sequences ? rows * steps * units : rows * units
  const y = kernel.bytes(length * 4)
  const scratch = kernel.bytes(rows * (gateCounts[type] + 1) * units * 4)
  const wide = given.wide
    ? kernel.bytes(wideScratchFloats(rows, gateCounts[type], units) * 4)
    : undefined
  kernel.run(2, (program) => {
    writeLoop(program, 0, { rows, tileRows: given.tileRows ?? rows, body: 1 })
    writeRecurrent(program, 1, {
      cell: type,
      rows,
      steps,
      units,
      x: from,
      weights: packed,
      settings,
      h,
      c,
      y,
      ...(words === undefined ? {} : { mask: words }),
      scratch,
      wide,
      flags: { ...walk, sequences, resetBefore, timeMajor: timeMajor ?? false },
    })
  })
  const cell: ReferenceCell = {
    type,
    units,
    recurrent: weights,
    ...(biased ? { recurrentBias: bias } : {}),
    activation: own,
    gateActivation: gates,
    resetBefore,
  }
  const [trueH, trueC] = [Float64Array.from(h0), Float64Array.from(c0)]
  const truth = recurrent({ rows, steps }, cell, x, trueH, trueC, mask ?? null, walk)
  const got = kernel.view(y, length).slice()
  return {
    y: timeMajor && sequences ? swapped(got, steps, rows) : got,
    truth: sequences
      ? truth
      : truth.filter((_, at) => Math.floor(at / units) % steps === steps - 1),
    h: kernel.view(h, rows * units).slice(),
    trueH,
  }
}

function worst(got: ArrayLike<number>, truth: ArrayLike<number>): number {
  expect(got.length).toBe(truth.length)
  return Array.from(truth).reduce((max, value, i) => Math.max(max, Math.abs(value - got[i]!)), 0)
}

type Kind = Pick<Case, 'type' | 'resetBefore' | 'wide'>

const cells: [string, Kind][] = [
  ['SimpleRNN', { type: 'simple_rnn' }],
  ['LSTM', { type: 'lstm' }],
  ['GRU', { type: 'gru' }],
  ['GRU, reset before', { type: 'gru', resetBefore: true }],
]
const kinds = [
  ...cells,
  ...cells.map(([name, kind]): [string, Kind] => [`${name}, wide`, { ...kind, wide: true }]),
]

describe('wide', () => {
  const kernel = new GuardedKernel(exact)

  test.each(cells)('a step of %s is float64 rounded once', (_, kind) => {
    for (const units of [1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16]) {
      for (const rows of [1, 3, 20]) {
        const { y, truth } = run(kernel, { ...kind, units, rows, steps: 1, wide: true })
        expect(y, `units ${units}, rows ${rows}`).toEqual(Float32Array.from(truth))
      }
    }
  })

  test.each(cells)('a step of %s takes any activation', (_, kind) => {
    for (const activations of [
      ['relu', 'hard_sigmoid'],
      ['linear', 'tanh'],
      ['leaky_relu', 'relu'],
      ['gelu', 'sigmoid'],
    ] as const) {
      const [own, gates] = activations.map((name) => activation(name)) as [Activation, Activation]
      const given = {
        ...kind,
        units: 5,
        rows: 3,
        steps: 1,
        wide: true,
        activations: { own, gates },
      }
      const { y, truth } = run(kernel, given)
      expect(worst(y, truth), activations.join()).toBeLessThan(4e-7)
    }
  })
})

describe.each([
  ['exact', exact],
  ['fast', fast],
])('%s', (_, module) => {
  const kernel = new GuardedKernel(module)

  test.each(kinds)('%s is within 2e-6 of float64 around every tile edge', (__, kind) => {
    for (const units of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65]) {
      for (const rows of [1, 2, 3, 4, 5, 13]) {
        const result = run(kernel, { ...kind, units, rows, steps: 3 })
        expect(worst(result.y, result.truth), `units ${units}, rows ${rows}`).toBeLessThan(2e-6)
        expect(worst(result.h, result.trueH)).toBeLessThan(2e-6)
      }
    }
  })

  test.each(kinds)('%s has the same bits however its sequences are split', (__, kind) => {
    const mask = [1, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0]
    for (const timeMajor of [false, true]) {
      for (const sequences of [false, true]) {
        const all = { ...kind, units: 9, rows: 5, steps: 3, mask, timeMajor, sequences }
        const expected = run(kernel, all)
        for (let tileRows = 1; tileRows < 5; tileRows++) {
          const { y, h } = run(kernel, { ...all, tileRows })
          expect(y, `${tileRows}`).toEqual(expected.y)
          expect(h, `${tileRows}`).toEqual(expected.h)
        }
      }
    }
  })

  const mask = [1, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0]
  const walks: [string, Partial<Case>][] = [
    ['the last output alone', { sequences: false }],
    ['backwards', { walk: { backwards: true } }],
    ['with a mask', { mask }],
    ['with a mask, the last output alone', { mask, sequences: false }],
    ['with zeros for skipped steps', { mask, walk: { zeroMasked: true } }],
    ['all backwards', { mask, walk: { backwards: true, maskBackwards: true } }],
    ['the mask alone backwards', { mask, walk: { maskBackwards: true } }],
    ['time first', { mask, timeMajor: true }],
    ['time first, backwards', { timeMajor: true, walk: { backwards: true } }],
    ['time first, the last output alone', { timeMajor: true, sequences: false }],
  ]
  test.each(walks)('walks %s', (__, walk) => {
    for (const [, kind] of kinds) {
      const result = run(kernel, { ...kind, units: 6, rows: 3, steps: 5, ...walk })
      expect(worst(result.y, result.truth)).toBeLessThan(2e-6)
      expect(worst(result.h, result.trueH)).toBeLessThan(2e-6)
    }
  })

  test.each([false, true])(
    'takes a product that is given, and an output that is continued, wide %s',
    (wide) => {
      kernel.reset()
      const [rows, units] = [3, 5]
      const columns = 4 * units
      const [x0, z0] = [randomFloats(rows * columns, 1), randomFloats(rows * columns, 2)]
      const [h0, c0] = [randomFloats(rows * units, 3), randomFloats(rows * units, 4)]
      const before = randomFloats(rows * units, 5)
      const y = kernel.floats([...before, ...before.map(() => 0)])
      const [h, c] = [kernel.floats(h0), kernel.floats(c0)]
      const record = {
        cell: 'lstm' as const,
        rows,
        steps: 1,
        units,
        x: kernel.floats(x0),
        weights: 0,
        settings: kernel.floats(recurrentSettings(tanh, sigmoid, 0)),
        h,
        c,
        y: y + rows * units * 4,
        mask: kernel.words([1, 0, 1]),
        scratch: kernel.floats(z0),
        wide: wide ? kernel.bytes(wideScratchFloats(rows, 4, units) * 4) : undefined,
        flags: { sequences: true, timeMajor: true, productGiven: true, continued: true },
      }
      kernel.run(1, (program) => writeRecurrent(program, 0, record))
      const logistic = (v: number) => 1 / (1 + Math.exp(-v))
      const truth = before.map((kept, at) => {
        const [row, i] = [Math.floor(at / units), at % units]
        const sum = (gate: number) =>
          x0[row * columns + gate * units + i]! + z0[row * columns + gate * units + i]!
        const carry = logistic(sum(1)) * c0[at]! + logistic(sum(0)) * Math.tanh(sum(3))
        return row === 1 ? kept : logistic(sum(2)) * Math.tanh(carry)
      })
      expect(worst(kernel.view(record.y, rows * units), truth)).toBeLessThan(1e-6)
      const skipped = kernel.view(h, rows * units).slice(units, 2 * units)
      expect(skipped).toEqual(h0.slice(units, 2 * units))
    },
  )
})
