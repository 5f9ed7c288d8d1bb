import type { Float64Function } from '../lower/host-op.ts'
import * as L from '../wasm/layout.ts'

/** Cosine and sine of 2πk/length for k from 0 to length - 1. */
interface Circle {
  readonly cosine: Float64Array // (length)
  readonly sine: Float64Array // (length)
}

/** Discrete Fourier transforms of one length, in float64. */
export class Fourier {
  readonly length: number
  readonly #circle: Circle
  readonly #factors: readonly number[]

  constructor(length: number, float64: Float64Function) {
    const angle = (k: number): number => (2 * Math.PI * k) / length
    const points = Array.from({ length }, (_, k) => k)
    this.length = length
    this.#factors = primeFactors(length)
    this.#circle = {
      cosine: Float64Array.from(points, (k) => float64(L.COS, angle(k), 0)),
      sine: Float64Array.from(points, (k) => float64(L.SIN, angle(k), 0)),
    }
  }

  /**
   * X[k] = Σ x[n] · exp(−2πikn/length), of x (length) real and imaginary, which the result replaces.
   */
  transform(real: Float64Array, imaginary: Float64Array): void {
    const scratch = { real: real.slice(), imaginary: imaginary.slice() }
    this.#pass(scratch, 0, 1, { real, imaginary }, 0, this.length, 0)
  }

  /**
   * Transforms the `size` elements of x from `from` on, `step` apart, into y from `to` on: by Cooley and Tukey, a factor
   * of `size` at a time.
   */
  #pass(
    x: Complex,
    from: number,
    step: number,
    y: Complex,
    to: number,
    size: number,
    level: number,
  ): void {
    const radix = this.#factors[level]
    if (radix === undefined) {
      y.real[to] = x.real[from] as number
      y.imaginary[to] = x.imaginary[from] as number
      return
    }
    const part = size / radix
    for (let i = 0; i < radix; i++)
      this.#pass(x, from + i * step, step * radix, y, to + i * part, part, level + 1)
    if (radix === 2) this.#joinTwo(y, to, part, step)
    else this.#join(y, to, part, radix, step)
  }

  /** The same as `#join` for two parts, in which half of the factors are the others' opposites. */
  #joinTwo({ real, imaginary }: Complex, to: number, part: number, step: number): void {
    const { cosine, sine } = this.#circle
    for (let k = 0; k < part; k++) {
      const [even, odd] = [to + k, to + k + part]
      const [c, s] = [cosine[k * step] as number, sine[k * step] as number]
      const [a, b] = [real[odd] as number, imaginary[odd] as number]
      const [re, im] = [a * c + b * s, b * c - a * s]
      real[odd] = (real[even] as number) - re
      imaginary[odd] = (imaginary[even] as number) - im
      real[even] = (real[even] as number) + re
      imaginary[even] = (imaginary[even] as number) + im
    }
  }

  /** Joins `radix` transforms of `part` elements each, one after the other from `to` on, to one. */
  #join({ real, imaginary }: Complex, to: number, part: number, radix: number, step: number): void {
    const { cosine, sine } = this.#circle
    const joined = { real: new Float64Array(radix), imaginary: new Float64Array(radix) }
    for (let k = 0; k < part; k++) {
      for (let q = 0; q < radix; q++) {
        const turn = (k + q * part) * step
        let [re, im] = [0, 0]
        for (let i = 0; i < radix; i++) {
          const at = (turn * i) % this.length
          const [c, s] = [cosine[at] as number, sine[at] as number]
          const [a, b] = [real[to + i * part + k] as number, imaginary[to + i * part + k] as number]
          re += a * c + b * s
          im += b * c - a * s
        }
        joined.real[q] = re
        joined.imaginary[q] = im
      }
      for (let q = 0; q < radix; q++) {
        real[to + q * part + k] = joined.real[q] as number
        imaginary[to + q * part + k] = joined.imaginary[q] as number
      }
    }
  }
}

interface Complex {
  readonly real: Float64Array
  readonly imaginary: Float64Array
}

/** From the smallest on. */
function primeFactors(length: number): number[] {
  const factors: number[] = []
  let rest = length
  for (let factor = 2; rest > 1;) {
    if (rest % factor === 0) {
      factors.push(factor)
      rest /= factor
    } else factor = factor * factor > rest ? rest : factor + 1
  }
  return factors
}
