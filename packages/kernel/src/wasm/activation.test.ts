import { describe, expect, test } from 'vitest'
import {
  activation,
  activationNames,
  celu,
  elu,
  gelu,
  hardShrink,
  hardSigmoid,
  leakyRelu,
  relu,
  softShrink,
  squareplus,
  threshold,
  writeActivation,
  type Activation,
} from '../program.ts'
import { scalarActivation } from '../reference/activation.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { FIRST_FLOAT64, WIDE_FUNCTION } from './layout.ts'
import { evenly, GuardedKernel, randomFloats, ulpError, wholeRange } from './testing.ts'

/** Evaluated in float64. */
const float64Names = activationNames.filter((name) => activation(name).code >= FIRST_FLOAT64)

/** A function that is taken in float64 and rounded once. */
function wide({ code, parameters }: Activation): Activation {
  return { code: code + WIDE_FUNCTION, parameters }
}

/** In the exact build; the fast one takes the plain function. */
const wideNames = [
  'exp',
  'expm1',
  'log',
  'log1p',
  'tanh',
  'sigmoid',
  'erf',
  'softplus',
  'log_sigmoid',
  'silu',
  'gelu',
  'mish',
  'elu',
  'selu',
  'celu',
  'softsign',
  'hard_sigmoid',
  'hard_silu',
  'rsqrt',
] as const

/** Worst error in ulp over the whole float32 range, against float64: 2 at most, however it is computed. */
const bounds: readonly (readonly [name: string, bound: number, activation: Activation])[] = [
  ['exp', 1, activation('exp')],
  ['expm1', 2, activation('expm1')],
  ['log', 1, activation('log')],
  ['log1p', 1.5, activation('log1p')],
  ['tanh', 1.5, activation('tanh')],
  ['sigmoid', 2, activation('sigmoid')],
  ['erf', 1.5, activation('erf')],
  ['softplus', 2, activation('softplus')],
  ['log_sigmoid', 2, activation('log_sigmoid')],
  ['silu', 2, activation('silu')],
  ['gelu', 1, activation('gelu')],
  ['gelu(approximate)', 1, gelu(true)],
  ['mish', 0.6, activation('mish')],
  ['tanh_shrink', 1.5, activation('tanh_shrink')],
  ['elu', 1.5, activation('elu')],
  ['elu(0.7)', 1.5, elu(Math.fround(0.7))],
  ['elu(1.7)', 1.5, elu(Math.fround(1.7))],
  ['selu', 1.5, activation('selu')],
  ['celu', 1.5, activation('celu')],
  ['celu(0.7)', 0.6, celu(Math.fround(0.7))],
  ['celu(1.7)', 0.6, celu(Math.fround(1.7))],
]
const float64Bounds = float64Names.map((name) => [name, 0.51, activation(name)] as const)

/** Of a few steps of float32, which the scalar reference takes too. */
const stepwise: readonly (readonly [name: string, activation: Activation])[] = [
  ...activationNames
    .filter((name) => ![...bounds, ...float64Bounds].some(([other]) => other === name))
    .filter((name) => !['exponential', 'swish', 'hard_swish'].includes(name))
    .map((name) => [name, activation(name)] as const),
  ['relu(max_value=5)', relu({ maxValue: 5 })],
  ['relu(threshold=1)', relu({ threshold: 1 })],
  ['relu(negative_slope=0.1)', relu({ negativeSlope: 0.1 })],
  ['relu(negative_slope=0.1, max_value=5)', relu({ negativeSlope: 0.1, maxValue: 5 })],
  ['relu(all)', relu({ negativeSlope: 0.3, maxValue: 5, threshold: 1.5 })],
  ['hard_sigmoid(0.2)', hardSigmoid(Math.fround(0.2))],
  ['leaky_relu(1.5)', leakyRelu(1.5)],
  ['hard_shrink(1)', hardShrink(1)],
  ['soft_shrink(1)', softShrink(1)],
  ['threshold(1, -7)', threshold(1, -7)],
  ['squareplus(2)', squareplus(2)],
]

const sweep = new Float32Array([
  ...wholeRange(200),
  ...evenly(-2, 2, 50_000),
  ...evenly(-12, 12, 50_000),
  ...evenly(-110, 110, 50_000),
])

/**
 * Where rounding errors add up worst: a float of every 400 from 2⁻¹³ to 128 of both signs, and all of them around numbers
 * at which a search through all floats found the largest errors of one function or another.
 */
const denseSweep = new Float32Array([
  ...sweep,
  ...everyFloat(2 ** -13, 128, 401),
  ...everyFloat(2 ** -13, 128, 401).map((x) => -x),
  ...[
    0.000345, 0.00749, 0.0658, 0.1284, 0.1495, 0.1777, 0.2299, 0.3074, 0.3788, 0.5849, 0.628,
    0.7685, 0.9404, 1.0191, 1.1048, 1.2669, 3.1923, 5.8604, 6.2374, 16.64, 16.7, 17.33, 46.1224,
    80.7703, 87.2, 88.4, 103.5,
  ].flatMap((x) => [...everyFloat(x * (1 - 2e-4), x * (1 + 2e-4), 1)].flatMap((v) => [v, -v])),
])

/** Every `stride`th float from `low` to `high`, both positive. */
function everyFloat(low: number, high: number, stride: number): Float32Array {
  const bits = new Uint32Array(Float32Array.of(low, high).buffer)
  const length = Math.ceil((bits[1]! - bits[0]!) / stride)
  return new Float32Array(Uint32Array.from({ length }, (_, i) => bits[0]! + i * stride).buffer)
}

function run(kernel: GuardedKernel, values: Float32Array, spec: Activation): Float32Array {
  kernel.reset()
  const width = values.length
  const x = kernel.floats(values)
  const y = kernel.bytes(width * 4)
  kernel.run(1, (program) =>
    writeActivation(program, 0, { rows: 1, width, x, y, activation: spec }),
  )
  return kernel.view(y, width).slice()
}

const truths = new Map<string, Float64Array>()

/** The truth at every x, which all builds share. */
function truthOf(name: string, spec: Activation, x: Float32Array): Float64Array {
  const known = truths.get(name) ?? Float64Array.from(x, scalarActivation(spec, 'float64'))
  truths.set(name, known)
  return known
}

describe.each([
  ['exact', exact],
  ['fast', fast],
])('%s', (_, module) => {
  const kernel = new GuardedKernel(module)

  const cases = [
    ...bounds.map((bound) => [...bound, denseSweep] as const),
    ...float64Bounds.map((bound) => [...bound, sweep] as const),
    ...stepwise.map(([name, spec]) => [name, 2, spec, sweep] as const),
  ]
  test.each(cases)(
    '%s is within %s ulp of float64 over the whole float32 range',
    (name, bound, spec, all) => {
      // Where x² overflows the answer is Keras's, not the truth.
      const x = name.startsWith('squareplus') ? all.filter((v) => Math.abs(v) < 1.8e19) : all
      const truth = truthOf(name, spec, x)
      const y = run(kernel, x, spec)
      let worst = 0
      let at = 0
      for (let i = 0; i < x.length; i++) {
        const error = ulpError(y[i]!, truth[i]!)
        if (error > worst) [worst, at] = [error, i]
      }
      expect(worst, `at ${x[at]}: ${y[at]}, not ${truth[at]}`).toBeLessThan(bound)
    },
  )

  test.each(stepwise)(
    '%s has the bits of the scalar reference over the whole range',
    (_name, spec) => {
      const reference = scalarActivation(spec, 'float32')
      const y = run(kernel, sweep, spec)
      const wrong = sweep.findIndex(
        (x, i) => y[i] !== reference(x) && !bothNaN(y[i]!, reference(x)),
      )
      expect(wrong, `at ${sweep[wrong]}: ${y[wrong]}, not ${reference(sweep[wrong]!)}`).toBe(-1)
    },
  )

  test('every length up to 17 has the bits of the long run, and nothing beyond is written', () => {
    const values = randomFloats(17)
    for (const name of activationNames) {
      const whole = run(kernel, new Float32Array([...values, ...randomFloats(7)]), activation(name))
      for (let length = 1; length <= 17; length++) {
        expect(run(kernel, values.slice(0, length), activation(name)), name).toEqual(
          whole.slice(0, length),
        )
      }
    }
  })

  test('in place', () => {
    const values = randomFloats(11)
    for (const name of activationNames) {
      const expected = run(kernel, values, activation(name))
      kernel.reset()
      const x = kernel.floats(values)
      kernel.run(1, (program) =>
        writeActivation(program, 0, {
          rows: 1,
          width: 11,
          x,
          y: x,
          activation: activation(name),
        }),
      )
      expect([...kernel.view(x, 11)], name).toEqual([...expected])
    }
  })
})

describe('wide', () => {
  const kernel = new GuardedKernel(exact)
  const specs: [string, Activation][] = [
    ...wideNames.map((name): [string, Activation] => [name, activation(name)]),
    ['gelu(approximate)', gelu(true)],
    ['elu(0.75)', elu(0.75)],
    ['celu(0.75)', celu(0.75)],
  ]

  test.each(specs)('%s is within 0.51 ulp of float64 over the whole float32 range', (_, spec) => {
    const reference = scalarActivation(spec, 'float64')
    const y = run(kernel, sweep, wide(spec))
    let [worst, at] = [0, 0]
    for (let i = 0; i < sweep.length; i++) {
      const error = ulpError(y[i]!, reference(sweep[i]!))
      if (error > worst) [worst, at] = [error, i]
    }
    expect(worst, `at ${sweep[at]}: ${y[at]}, not ${reference(sweep[at]!)}`).toBeLessThan(0.51)
  })

  test.each(specs)('%s of NaN, ±0 and ±∞ is what the plain function answers', (_, spec) => {
    const special = Float32Array.of(NaN, 0, -0, Infinity, -Infinity, 1e30, -1e30)
    const expected = run(kernel, special, spec)
    const y = run(kernel, special, wide(spec))
    // Adding 0 makes 0 of −0.
    expect([...y].map((v) => v + 0)).toEqual([...expected].map((v) => v + 0))
  })

  test('the fast build takes the plain function', () => {
    const values = randomFloats(13)
    const plain = new GuardedKernel(fast)
    for (const [, spec] of specs)
      expect(run(plain, values, wide(spec))).toEqual(run(plain, values, spec))
  })
})

// Answers of Keras 3.15.1 with TensorFlow 2.21.0 on a CPU.
test.each([
  ['relu', [NaN, 0, Infinity, 0]],
  ['leaky_relu', [NaN, -0, Infinity, -Infinity]],
  ['relu6', [NaN, 0, 6, 0]],
  ['hard_tanh', [NaN, 0, 1, -1]],
  ['hard_sigmoid', [NaN, 0.5, 1, 0]],
  ['hard_silu', [NaN, 0, Infinity, NaN]],
  ['hard_shrink', [0, 0, Infinity, -Infinity]],
  ['soft_shrink', [0, 0, Infinity, -Infinity]],
  ['softsign', [NaN, 0, NaN, NaN]],
  ['sparse_plus', [NaN, 0.25, Infinity, 0]],
  ['sparse_sigmoid', [NaN, 0.5, 1, 0]],
  ['squareplus', [NaN, 1, Infinity, NaN]],
  ['exponential', [NaN, 1, Infinity, 0]],
  ['elu', [NaN, 0, Infinity, -1]],
  ['selu', [NaN, 0, Infinity, Math.fround(-1.7580993408473766)]],
  ['celu', [NaN, 0, Infinity, -1]],
  ['sigmoid', [NaN, 0.5, 1, 0]],
  ['log_sigmoid', [NaN, Math.fround(-Math.LN2), 0, -Infinity]],
  ['silu', [NaN, 0, Infinity, NaN]],
  ['tanh', [NaN, 0, 1, -1]],
  ['tanh_shrink', [NaN, 0, Infinity, -Infinity]],
  ['softplus', [NaN, Math.fround(Math.LN2), Infinity, 0]],
  ['gelu', [NaN, 0, Infinity, NaN]],
  ['mish', [NaN, 0, Infinity, NaN]],
] as const)('%s of NaN, −0, ∞ and −∞ is what Keras answers', (name, expected) => {
  const y = run(
    new GuardedKernel(exact),
    Float32Array.of(NaN, -0, Infinity, -Infinity),
    activation(name),
  )
  expect([...y].map((v) => v + 0)).toEqual(expected.map((v) => v + 0))
})

function bothNaN(a: number, b: number): boolean {
  return Number.isNaN(a) && Number.isNaN(b)
}
