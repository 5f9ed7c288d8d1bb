import { describe, expect, test } from 'vitest'

import { activation, writeLoop } from '../program.ts'
import { scalarActivation } from '../reference/activation.ts'
import { recurrent, type ReferenceCell, type Walk } from '../reference/recurrent.ts'
import { recurrentSettings, writeRecurrent } from '../sequence-records.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { GuardedKernel, randomFloats, ulpError } from './testing.ts'

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
  const settings = kernel.floats(recurrentSettings(tanh, sigmoid, candidate))
  const [h, c] = [kernel.floats(h0), kernel.floats(c0)]
  const from = kernel.floats(timeMajor ? swapped(x, rows, steps) : x)
  const words = mask && kernel.words(timeMajor ? swapped(mask, rows, steps) : mask)
  const length = sequences ? rows * steps * units : rows * units
  const y = kernel.bytes(length * 4)
  const scratch = kernel.bytes(rows * (gateCounts[type] + 1) * units * 4)
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
      flags: { ...walk, sequences, resetBefore, timeMajor: timeMajor ?? false },
    })
  })
  const cell: ReferenceCell = {
    type,
    units,
    recurrent: weights,
    ...(biased ? { recurrentBias: bias } : {}),
    activation: tanh,
    gateActivation: sigmoid,
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

const kinds: [string, Pick<Case, 'type' | 'resetBefore'>][] = [
  ['SimpleRNN', { type: 'simple_rnn' }],
  ['LSTM', { type: 'lstm' }],
  ['GRU', { type: 'gru' }],
  ['GRU, reset before', { type: 'gru', resetBefore: true }],
]

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

  test('takes a product that is given, and an output that is continued', () => {
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
  })

  /** One step of cells without weights, of states and pre-activations (gate, unit) as given. */
  function step(cell: 'lstm' | 'gru', z: readonly number[][], h0: number[], c0: number[]) {
    kernel.reset()
    const units = h0.length
    const zeros = new Float32Array(z.length * units)
    const [h, c] = [kernel.floats(h0), kernel.floats(c0)]
    const record = {
      cell,
      rows: 1,
      steps: 1,
      units,
      x: kernel.floats(z.flat()),
      weights: 0,
      settings: kernel.floats(recurrentSettings(tanh, sigmoid, 0)),
      h,
      c,
      y: kernel.bytes(units * 4),
      // GRU's candidate gets r · (its part of the product), which is 1.
      scratch: kernel.floats(zeros.map((_, i) => (cell === 'gru' && i >= 2 * units ? 1 : 0))),
      flags: { sequences: true, timeMajor: true, productGiven: true },
    }
    kernel.run(1, (program) => writeRecurrent(program, 0, record))
    return { h: [...kernel.view(h, units)], c: [...kernel.view(c, units)] }
  }

  const logistic = scalarActivation(sigmoid, 'float64')
  const saturated = [-1e9, -150, -104, -103, -95, -88.5, -87, -75, -61, -60, -59.9, -45, -30, -16.7]
  const gateValues = [...saturated, -8.1, -2.3, -0.4, 0, 0.7, 5, 16.7, 45, 88, 104, 1e9]
  const candidates = [-1e9, -12, -9.9, -3, -0.2, -1e-3, -1e-20, 0, 1e-30, 0.04, 0.6, 7, 10.1, 200]

  test("a saturated LSTM's states are within 3 ulp of float64", () => {
    const carries = [0, 1, -0.3, 1e-12, 40, -3e5, 1e20]
    for (const forget of gateValues) {
      const all = gateValues.flatMap((i) =>
        candidates.flatMap((g) => carries.map((c) => ({ i: f32(i), g: f32(g), c: f32(c) }))),
      )
      const units = all.length
      // The output gate takes what the input gate has in another unit.
      const out = all.map((_, at) => all[(at * 7 + 3) % units]!.i)
      const z = [all.map(({ i }) => i), all.map(() => f32(forget)), out, all.map(({ g }) => g)]
      const got = step(
        'lstm',
        z,
        all.map(() => 0),
        all.map(({ c }) => c),
      )
      all.forEach(({ i, g, c }, at) => {
        const kept = logistic(f32(forget)) * c
        const added = logistic(i) * Math.tanh(g)
        const place = `forget ${forget}, input ${i}, candidate ${g}, carry ${c}`
        // Terms of two signs cancel: then the larger one's ulp is what is left.
        const larger = Math.abs(kept) > Math.abs(added) ? kept : added
        const cancels = kept * added < 0
        const error = cancels
          ? ulpError(larger + (got.c[at]! - (kept + added)), larger)
          : ulpError(got.c[at]!, kept + added)
        expect(error, place).toBeLessThan(3)
        const state = logistic(out[at]!) * Math.tanh(got.c[at]!)
        expect(ulpError(got.h[at]!, state), `${place}, output ${out[at]}`).toBeLessThan(3)
      })
    }
  })

  test("a saturated GRU's state is within 3 ulp of float64", () => {
    const states = [0, 1, -0.3, 1e-12, -1e-30]
    for (const reset of gateValues) {
      const all = gateValues.flatMap((u) =>
        candidates.flatMap((g) => states.map((h) => ({ u: f32(u), g: f32(g), h: f32(h) }))),
      )
      const z = [all.map(({ u }) => u), all.map(() => f32(reset)), all.map(({ g }) => g)]
      const got = step(
        'gru',
        z,
        all.map(({ h }) => h),
        all.map(() => 0),
      )
      all.forEach(({ u, g, h }, at) => {
        const candidate = Math.tanh(f32(g + logistic(f32(reset))))
        const [kept, added] = [logistic(u) * h, logistic(-u) * candidate]
        const larger = Math.abs(kept) > Math.abs(added) ? kept : added
        const error =
          kept * added < 0
            ? ulpError(larger + (got.h[at]! - (kept + added)), larger)
            : ulpError(got.h[at]!, kept + added)
        expect(error, `update ${u}, reset ${reset}, candidate ${g}, state ${h}`).toBeLessThan(3)
      })
    }
  })
})

const f32 = Math.fround
