import { describe, expect, test } from 'vitest'
import { writeBinary, type BinaryName } from '../records.ts'
import { binary } from '../reference/elementwise.ts'
import exact from './exact.ts'
import fast from './fast.ts'
import { evenly, GuardedKernel, randomFloats, ulpError, wholeRange } from './testing.ts'

describe.each([
  ['exact', exact],
  ['fast', fast],
])('%s', (_, module) => {
  const kernel = new GuardedKernel(module)

  function run(operation: BinaryName, a: ArrayLike<number>, b: ArrayLike<number>): Float32Array {
    kernel.reset()
    const [aAt, bAt] = [kernel.floats(a), kernel.floats(b)]
    const y = kernel.bytes(a.length * 4)
    kernel.run(1, (program) =>
      writeBinary(program, 0, { operation, rows: 1, width: a.length, a: aAt, b: bAt, y }),
    )
    return kernel.view(y, a.length).slice()
  }

  test('power is within 1 ulp of float64 over the whole range of both operands', () => {
    const bases = wholeRange(2)
    for (const exponent of [-2, -1, -0.5, 0, 1 / 3, 0.5, 1, 2, 2.5, 3, 10, 100, NaN, Infinity]) {
      const b = new Float32Array(bases.length).fill(exponent)
      const y = run('power', bases, b)
      // IEEE 754 has 1 where JavaScript has NaN: 1 to any power, and −1 to an infinite one.
      const worst = Math.max(
        ...y.map((v, i) =>
          Math.abs(bases[i]!) === 1 && !Number.isFinite(exponent)
            ? 0
            : ulpError(v, bases[i]! ** b[i]!),
        ),
      )
      expect(worst, `to the power of ${exponent}`).toBeLessThan(1)
    }
    const exponents = evenly(-120, 120, 5000)
    const base = randomFloats(5000, 3).map((v) => Math.abs(v) * 3 + 1e-3)
    const y = run('power', base, exponents)
    expect(Math.max(...y.map((v, i) => ulpError(v, base[i]! ** exponents[i]!)))).toBeLessThan(1)
  })

  test.each(['atan2', 'hypot', 'logaddexp', 'logaddexp2', 'remainder'] as const)(
    '%s is within 0.51 ulp of float64 over the whole range of both operands',
    (operation) => {
      const all = [...wholeRange(2), ...evenly(-30, 30, 4000)]
      for (const shift of [0, 1, 7, 500, 2000, 4001]) {
        const a = Float32Array.from(all)
        const b = Float32Array.from(all, (_, i) => all[(i * 5 + shift) % all.length]!)
        const shape = { rows: 1, width: a.length }
        const operands = [a, b].map((values) => ({ values, kind: 'full' as const }))
        const truth = binary(shape, operation, operands[0]!, operands[1]!, 'float64')
        const y = run(operation, a, b)
        const errors = y.map((v, i) => ulpError(v, truth[i]!))
        const worst = errors.indexOf(Math.max(...errors))
        expect(errors[worst], `of ${a[worst]} and ${b[worst]}`).toBeLessThan(0.51)
      }
    },
  )

  test('modulo and floor_divide follow NumPy: the sign of the divisor, rounded down', () => {
    const a = [7, -7, 7, -7, 5.5, -0.0, 0, 1, 6, -6, Infinity]
    const b = [3, 3, -3, -3, 2, 3, -3, Infinity, 3, 3, 2]
    expect([...run('modulo', a, b)]).toEqual([1, 2, -2, -1, 1.5, 0, -0, 1, 0, 0, NaN])
    expect([...run('floor_divide', a, b)].slice(0, 10)).toEqual([2, -3, -3, 2, 2, -0, -0, 0, 2, -2])
    expect([...run('floor_divide', [1, -1, 0], [0, 0, 0])]).toEqual([Infinity, -Infinity, NaN])
  })
})
