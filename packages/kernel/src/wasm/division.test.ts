import { describe, expect, test } from 'vitest'
import { writeBinary, type BinaryName } from '../program.ts'
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

  test('modulo and floor_divide follow NumPy: the sign of the divisor, rounded down', () => {
    const a = [7, -7, 7, -7, 5.5, -0.0, 0, 1, 6, -6, Infinity]
    const b = [3, 3, -3, -3, 2, 3, -3, Infinity, 3, 3, 2]
    expect([...run('modulo', a, b)]).toEqual([1, 2, -2, -1, 1.5, 0, -0, 1, 0, 0, NaN])
    expect([...run('floor_divide', a, b)].slice(0, 10)).toEqual([2, -3, -3, 2, 2, -0, -0, 0, 2, -2])
    expect([...run('floor_divide', [1, -1, 0], [0, 0, 0])]).toEqual([Infinity, -Infinity, NaN])
  })
})
