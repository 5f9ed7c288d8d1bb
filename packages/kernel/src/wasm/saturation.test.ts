import { describe, expect, test } from 'vitest'

import { activation } from '../program.ts'
import { scalarActivation } from '../reference/activation.ts'
import { recurrentSettings, writeRecurrent } from '../sequence-records.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { GuardedKernel, ulpError } from './testing.ts'

const f32 = Math.fround
const tanh = activation('tanh')
const sigmoid = activation('sigmoid')
const logistic = scalarActivation(sigmoid, 'float64')

const saturated = [-1e9, -150, -104, -103, -95, -88.5, -87, -75, -61, -60, -59.9, -45, -30, -16.7]
const gateValues = [...saturated, -8.1, -2.3, -0.4, 0, 0.7, 5, 16.7, 45, 88, 104, 1e9]
const candidates = [-1e9, -12, -9.9, -3, -0.2, -1e-3, -1e-20, 0, 1e-30, 0.04, 0.6, 7, 10.1, 200]

/** Error in ulp of a sum of two terms; where they cancel, in ulp of the larger one. */
function sumError(actual: number, kept: number, added: number): number {
  const truth = kept + added
  if (kept * added >= 0) return ulpError(actual, truth)
  const larger = Math.abs(kept) > Math.abs(added) ? kept : added
  return ulpError(larger + (actual - truth), larger)
}

class Worst {
  error = 0
  place = ''

  add(error: number, place: string): void {
    if (error > this.error) [this.error, this.place] = [error, place]
  }
}

describe.each([
  ['exact', exact],
  ['fast', fast],
])('%s', (_, module) => {
  const kernel = new GuardedKernel(module)

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

  test("a saturated LSTM's states are within 3 ulp of float64", () => {
    const worst = new Worst()
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
        worst.add(sumError(got.c[at]!, kept, added), place)
        const state = logistic(out[at]!) * Math.tanh(got.c[at]!)
        worst.add(ulpError(got.h[at]!, state), `${place}, output ${out[at]}`)
      })
    }
    expect(worst.error, worst.place).toBeLessThan(3)
  })

  test("a saturated GRU's state is within 3 ulp of float64", () => {
    const worst = new Worst()
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
        const place = `update ${u}, reset ${reset}, candidate ${g}, state ${h}`
        worst.add(sumError(got.h[at]!, kept, added), place)
      })
    }
    expect(worst.error, worst.place).toBeLessThan(3)
  })
})
