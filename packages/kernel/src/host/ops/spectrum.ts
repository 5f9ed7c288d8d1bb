import { elementCount, type Layer } from '@dotplus/core'

import * as L from '../../wasm/layout.ts'
import { cast } from '../../lower/cast.ts'
import { unsupported, type LowerContext, type Value } from '../../lower/context.ts'
import type { Float64Function } from '../../lower/host-op.ts'
import type { OpArguments } from '../../lower/ops/arguments.ts'
import { numericOp, type Numbers } from '../numeric.ts'
import { floatOf } from '../terms.ts'
import { general, type GeneralOps } from './general.ts'

/** Complex numbers: real and imaginary parts. */
interface Complex {
  readonly re: Float64Array
  readonly im: Float64Array
}

const empty = (n: number): Complex => ({ re: new Float64Array(n), im: new Float64Array(n) })

/** e^(±2πi k/n) for all k, each from an angle below an eighth of a turn. */
function roots(n: number, sign: number, f: Float64Function): Complex {
  const all = empty(n)
  for (let k = 0; k < n; k++) {
    // Which eighth of the turn 8k/n lies in, exactly.
    const octant = Math.floor((8 * k) / n)
    const turn = octant % 2 === 0 ? k / n - octant / 8 : (octant + 1) / 8 - k / n
    const angle = 2 * Math.PI * turn
    const [c, s] = [f(L.COS, angle, 0), f(L.SIN, angle, 0)]
    const [x, y] = [
      [c, s],
      [s, c],
      [-s, c],
      [-c, s],
      [-c, -s],
      [-s, -c],
      [s, -c],
      [c, -s],
    ][octant] as [number, number]
    all.re[k] = x
    all.im[k] = sign * y
  }
  return all
}

/** The discrete Fourier transform, by splitting into the smallest prime factor's parts. */
function transform({ re, im }: Complex, w: Complex, stride: number): Complex {
  const n = re.length
  const total = w.re.length
  let factor = n
  for (let p = 2; p * p <= n; p++)
    if (n % p === 0) {
      factor = p
      break
    }
  const y = empty(n)
  const m = n / factor
  const parts =
    m === 1
      ? undefined
      : Array.from({ length: factor }, (_, r) => {
          const part = empty(m)
          for (let i = 0; i < m; i++) {
            part.re[i] = re[i * factor + r]!
            part.im[i] = im[i * factor + r]!
          }
          return transform(part, w, stride * factor)
        })
  for (let k = 0; k < n; k++) {
    let [a, b] = [0, 0]
    for (let r = 0; r < factor; r++) {
      const at = (r * k * stride) % total
      const [c, s] = [w.re[at]!, w.im[at]!]
      const [p, q] = parts ? [parts[r]!.re[k % m]!, parts[r]!.im[k % m]!] : [re[r]!, im[r]!]
      a += p * c - q * s
      b += p * s + q * c
    }
    y.re[k] = a
    y.im[k] = b
  }
  return y
}

/** Forward (−1) or inverse (+1, with 1/n). */
function fourier(x: Complex, sign: 1 | -1, f: Float64Function): Complex {
  const n = x.re.length
  const y = transform(x, roots(n, sign, f), 1)
  if (sign === 1)
    for (let k = 0; k < n; k++) {
      y.re[k] = y.re[k]! / n
      y.im[k] = y.im[k]! / n
    }
  return y
}

/** The real signal of `length` whose transform begins with these. */
function realOf(x: Complex, length: number, f: Float64Function): Float64Array {
  const whole = empty(length)
  const half = Math.floor(length / 2)
  for (let k = 0; k <= half; k++) {
    const [re, im] = [x.re[k] ?? 0, x.im[k] ?? 0]
    whole.re[k] = re
    whole.im[k] = k === 0 || 2 * k === length ? 0 : im
    if (k > 0 && 2 * k !== length) {
      whole.re[length - k] = re
      whole.im[length - k] = -im
    }
  }
  return fourier(whole, 1, f).re
}

/** Real and imaginary parts given as a pair. */
function pairOf(context: LowerContext, layer: Layer, given: OpArguments): [Value, Value] {
  const [re, im] = given.tensors('x')
  if (!re || !im) throw unsupported(layer, 'a complex tensor', 'that is not a pair')
  return [cast(context, re, floatOf(re)), cast(context, im, floatOf(re))]
}

const slice = (a: Numbers, from: number, n: number): Float64Array =>
  Float64Array.from(a.subarray(from, from + n))

/** The transform of every line of a pair over its last axis. */
function overLines(
  context: LowerContext,
  kind: string,
  [re, im]: readonly [Value, Value],
  f: (line: Complex, float64: Float64Function) => Complex,
): Value[] {
  const n = re.shape.at(-1) as number
  const results = [re, re].map(({ shape, dtype }) => ({ shape, dtype }))
  return numericOp(context, kind, [re, im], results, ([a, b], [p, q], float64) => {
    for (let from = 0; from < a!.length; from += n) {
      const y = f({ re: slice(a!, from, n), im: slice(b!, from, n) }, float64)
      for (let k = 0; k < n; k++) [p![from + k], q![from + k]] = [y.re[k]!, y.im[k]!]
    }
  })
}

/** The same over the last two axes: lines first, then columns. */
function overPlanes(
  context: LowerContext,
  kind: string,
  [re, im]: readonly [Value, Value],
  sign: 1 | -1,
): Value[] {
  const [rows, columns] = re.shape.slice(-2) as [number, number]
  const results = [re, re].map(({ shape, dtype }) => ({ shape, dtype }))
  return numericOp(context, kind, [re, im], results, ([a, b], [p, q], f) => {
    const plane = rows * columns
    for (let from = 0; from < a!.length; from += plane) {
      const [x, y] = [slice(a!, from, plane), slice(b!, from, plane)]
      for (let r = 0; r < rows; r++) {
        const line = fourier(
          { re: slice(x, r * columns, columns), im: slice(y, r * columns, columns) },
          sign,
          f,
        )
        x.set(line.re, r * columns)
        y.set(line.im, r * columns)
      }
      for (let c = 0; c < columns; c++) {
        const column = (m: Float64Array): Float64Array =>
          Float64Array.from({ length: rows }, (_, r) => m[r * columns + c]!)
        const line = fourier({ re: column(x), im: column(y) }, sign, f)
        for (let r = 0; r < rows; r++)
          [p![from + r * columns + c], q![from + r * columns + c]] = [line.re[r]!, line.im[r]!]
      }
    }
  })
}

/** The window that an argument names, `length` long in the middle of `whole`. */
function windowOf(
  layer: Layer,
  given: OpArguments,
  length: number,
  whole: number,
): (f: Float64Function) => Float64Array {
  const value = given.value('window')
  const isNone =
    layer.kind === 'op' &&
    layer.op.attributes.some((each) => each.name === 'window' && each.value?.kind === 'none')
  const name = value?.kind === 'text' ? value.text : isNone ? 'none' : 'hann'
  if ((value && value.kind !== 'text') || !['none', 'hann', 'hamming'].includes(name))
    throw unsupported(layer, 'window', name)
  return (f) => {
    const window = new Float64Array(whole).fill(name === 'none' ? 1 : 0)
    if (name === 'none') return window
    const [a, b] = name === 'hann' ? [0.5, 0.5] : [0.54, 0.46]
    const from = Math.floor((whole - length) / 2)
    // Periodic: as long as a period, which an odd or even length does not change.
    const period = roots(length, 1, f)
    for (let i = 0; i < length; i++) window[from + i] = a - b * (length === 1 ? 0 : period.re[i]!)
    return window
  }
}

function frames(context: LowerContext, layer: Layer, given: OpArguments): Value[] {
  const own = given.tensor('x')
  const x = cast(context, own, floatOf(own))
  const [length, stride, size] = (
    ['sequence_length', 'sequence_stride', 'fft_length'] as const
  ).map((name) => given.number(name)) as [number, number, number]
  const centred = given.value('center') === undefined || given.flag('center')
  const samples = x.shape.at(-1) as number
  const pad = centred ? Math.floor(size / 2) : 0
  const count = Math.max(Math.floor((samples + 2 * pad - size) / stride) + 1, 0)
  const bins = Math.floor(size / 2) + 1
  const window = windowOf(layer, given, length, size)
  const results = [x, x].map(({ dtype }) => ({
    shape: [...x.shape.slice(0, -1), count, bins],
    dtype,
  }))
  return numericOp(context, 'stft', [x], results, ([a], [p, q], f) => {
    const weights = window(f)
    const w = roots(size, -1, f)
    for (let line = 0; line * samples < a!.length; line++)
      for (let frame = 0; frame < count; frame++) {
        const part = empty(size)
        for (let i = 0; i < size; i++) {
          let at = frame * stride + i - pad
          if (at < 0) at = -at
          if (at >= samples) at = 2 * (samples - 1) - at
          part.re[i] = a![line * samples + at]! * weights[i]!
        }
        const y = transform(part, w, 1)
        for (let k = 0; k < bins; k++) {
          const to = (line * count + frame) * bins + k
          ;[p![to], q![to]] = [y.re[k]!, y.im[k]!]
        }
      }
  })
}

/** Overlapping frames added up, each weighted so that windows and their overlap cancel. */
function joined(context: LowerContext, layer: Layer, given: OpArguments): Value {
  const [re, im] = pairOf(context, layer, given)
  const [length, stride, size] = (
    ['sequence_length', 'sequence_stride', 'fft_length'] as const
  ).map((name) => given.number(name)) as [number, number, number]
  const centred = given.value('center') === undefined || given.flag('center')
  const [count, bins] = re.shape.slice(-2) as [number, number]
  const whole = size + stride * (count - 1)
  const start = centred ? Math.floor(size / 2) : 0
  const wanted = given.value('length') ? given.number('length') : whole - 2 * start
  const end = Math.min(start + wanted, whole)
  const noWindow =
    layer.kind === 'op' &&
    layer.op.attributes.some((each) => each.name === 'window' && each.value?.kind === 'none')
  const window = windowOf(layer, given, length, size)
  const batch = re.shape.slice(0, -2)
  const results = [{ shape: [...batch, end - start], dtype: re.dtype }]
  return numericOp(context, 'istft', [re, im], results, ([a, b], [y], f) => {
    const weights = window(f)
    // Sum of the squared windows that overlap at each place of a frame.
    const overlap = new Float64Array(size)
    for (let i = 0; i < size; i++)
      for (let at = i % stride; at < size; at += stride)
        overlap[i] = overlap[i]! + weights[at]! * weights[at]!
    for (let line = 0; line < elementCount(batch); line++) {
      const sum = new Float64Array(whole)
      for (let frame = 0; frame < count; frame++) {
        const from = (line * count + frame) * bins
        const part = realOf({ re: slice(a!, from, bins), im: slice(b!, from, bins) }, size, f)
        for (let i = 0; i < size; i++) {
          const weight = noWindow ? 1 : weights[i]! / overlap[i]!
          const at = frame * stride + i
          sum[at] = sum[at]! + part[i]! * weight
        }
      }
      for (let i = start; i < end; i++) y![line * (end - start) + i - start] = sum[i]!
    }
  })[0] as Value
}

export const spectrum: GeneralOps = {
  fft: general('x', '', (context, layer, given) =>
    overLines(context, 'fft', pairOf(context, layer, given), (line, f) => fourier(line, -1, f)),
  ),
  fft2: general('x', '', (context, layer, given) =>
    overPlanes(context, 'fft2', pairOf(context, layer, given), -1),
  ),
  ifft2: general('x', '', (context, layer, given) =>
    overPlanes(context, 'ifft2', pairOf(context, layer, given), 1),
  ),
  rfft: general('x', 'fft_length', (context, _layer, given) => {
    const own = given.tensor('x')
    const x = cast(context, own, floatOf(own))
    const samples = x.shape.at(-1) as number
    const n = given.number('fft_length', samples)
    const bins = Math.floor(n / 2) + 1
    const results = [x, x].map(({ dtype }) => ({ shape: [...x.shape.slice(0, -1), bins], dtype }))
    return numericOp(context, 'rfft', [x], results, ([a], [p, q], f) => {
      for (let line = 0; line * samples < a!.length; line++) {
        const part = empty(n)
        part.re.set(slice(a!, line * samples, Math.min(samples, n)))
        const y = fourier(part, -1, f)
        for (let k = 0; k < bins; k++)
          [p![line * bins + k], q![line * bins + k]] = [y.re[k]!, y.im[k]!]
      }
    })
  }),
  irfft: general('x', 'fft_length', (context, layer, given) => {
    const [re, im] = pairOf(context, layer, given)
    const bins = re.shape.at(-1) as number
    const n = given.number('fft_length', 2 * (bins - 1))
    const results = [{ shape: [...re.shape.slice(0, -1), n], dtype: re.dtype }]
    return numericOp(context, 'irfft', [re, im], results, ([a, b], [y], f) => {
      for (let line = 0; line * bins < a!.length; line++) {
        const own = { re: slice(a!, line * bins, bins), im: slice(b!, line * bins, bins) }
        for (const [i, e] of realOf(own, n, f).entries()) y![line * n + i] = e
      }
    })
  }),
  stft: general('x', 'sequence_length sequence_stride fft_length window center', frames),
  istft: general('x', 'sequence_length sequence_stride fft_length length window center', joined),
  extract_sequences: general('x', 'sequence_length sequence_stride', (context, _layer, given) => {
    const x = given.tensor('x')
    const [length, stride] = [given.number('sequence_length'), given.number('sequence_stride')]
    const samples = x.shape.at(-1) as number
    const count = Math.max(Math.floor((samples - length) / stride) + 1, 0)
    const results = [{ shape: [...x.shape.slice(0, -1), count, length], dtype: x.dtype }]
    return numericOp(context, 'extract_sequences', [x], results, ([a], [y]) => {
      for (let i = 0; i < y!.length; i++) {
        const [frame, at] = [Math.floor(i / length), i % length]
        y![i] = a![Math.floor(frame / count) * samples + (frame % count) * stride + at]!
      }
    })
  }),
}
