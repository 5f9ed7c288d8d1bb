import type { Sample } from '../program-spatial.ts'

const { fround } = Math

/**
 * How positions of a resized axis are made of positions of the original one. Places and weights are computed in float32
 * as tf.image.resize computes them, so that both interpolate at the same places.
 */
export type Interpolation = (length: number, out: number) => Sample[]

/** Centre of output position `o` in positions of the original axis, whose centres are at whole numbers. */
function centre(o: number, scale: number): number {
  return fround(fround(fround(o + 0.5) * scale) - 0.5)
}

function scaleOf(length: number, out: number): number {
  return fround(length / out)
}

/** Original position of every output position. */
export function nearest(length: number, out: number): number[] {
  const scale = scaleOf(length, out)
  return Array.from({ length: out }, (_, o) =>
    Math.min(Math.floor(fround(fround(o + 0.5) * scale)), length - 1),
  )
}

/** Two neighbours by distance; beyond the first and last position these alone. */
export const bilinear: Interpolation = (length, out) => {
  const scale = scaleOf(length, out)
  return Array.from({ length: out }, (_, o) => {
    const at = centre(o, scale)
    const lower = Math.floor(at)
    const upper = Math.min(Math.ceil(at), length - 1)
    const weight = fround(at - lower)
    const first = Math.max(lower, 0)
    if (first === upper) return { first, weights: [1] }
    return { first, weights: [fround(1 - weight), weight] }
  })
}

const tableSize = 1024

/** Keys's cubic (a = −0.5) as TensorFlow tabulates it: 1024 steps between two positions. */
function cubicTable(offset: number, far: boolean): number {
  const a = -0.5
  let x = fround(offset / tableSize)
  if (!far) return fround(fround(fround(fround(fround(a + 2) * x) - fround(a + 3)) * x) * x + 1)
  x = fround(x + 1)
  return fround(fround(fround(fround(fround(a * x) - 5 * a) * x) + 8 * a) * x - 4 * a)
}

/** Half to even, as lrintf rounds. */
function nearestEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  if (rest !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}

/** Four neighbours; those outside have no weight and the others are scaled to a sum of 1. */
export const bicubic: Interpolation = (length, out) => {
  const scale = scaleOf(length, out)
  return Array.from({ length: out }, (_, o) => {
    const at = centre(o, scale)
    const base = Math.floor(at)
    const offset = nearestEven(fround(at - base) * tableSize)
    const weights = [
      cubicTable(offset, true),
      cubicTable(offset, false),
      cubicTable(tableSize - offset, false),
      cubicTable(tableSize - offset, true),
    ]
    return normalized(
      weights.map((weight, i) => ({ position: base - 1 + i, weight })),
      length,
    )
  })
}

/** Mean over the stretch of the original axis that a position covers. */
export const area: Interpolation = (length, out) => {
  const scale = scaleOf(length, out)
  return Array.from({ length: out }, (_, o) => {
    const start = fround(o * scale)
    const end = fround((o + 1) * scale)
    const first = Math.floor(start)
    const last = Math.min(Math.ceil(end), length)
    const weights = Array.from({ length: Math.max(last - first, 1) }, (_, i) => {
      const position = first + i
      const covered = Math.min(position + 1, end) - Math.max(position, start)
      return fround(covered / scale)
    })
    return { first, weights }
  })
}

interface Kernel {
  readonly radius: number
  weight(distance: number): number
}

/** sin(πx) for small x by its series, the same on every engine. */
function sinPi(x: number): number {
  const whole = Math.round(x)
  const angle = Math.PI * (x - whole)
  const square = angle * angle
  let [term, sum] = [angle, angle]
  for (let n = 2; n < 24; n += 2) {
    term *= -square / (n * (n + 1))
    sum += term
  }
  return whole % 2 === 0 ? sum : -sum
}

function lanczos(radius: number): Kernel {
  return {
    radius,
    weight(x) {
      if (x >= radius) return 0
      if (x <= 1e-3) return 1
      return (radius * sinPi(x) * sinPi(x / radius)) / (Math.PI * Math.PI * x * x)
    },
  }
}

const triangle: Kernel = { radius: 1, weight: (x) => Math.max(1 - x, 0) }

const keysCubic: Kernel = {
  radius: 2,
  weight(x) {
    if (x >= 2) return 0
    return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1
  },
}

/** Weights by a kernel's value at each position's distance, the kernel widened by the scale against aliasing. */
function sampled({ radius, weight }: Kernel, antialias: boolean): Interpolation {
  return (length, out) => {
    const scale = fround(1 / fround(out / length))
    const widening = antialias ? Math.max(scale, 1) : 1
    const narrowing = fround(1 / widening)
    const reach = fround(radius * widening)
    return Array.from({ length: out }, (_, o) => {
      const at = fround(fround(o + 0.5) * scale)
      const first = clamp(Math.ceil(fround(fround(at - reach) - 0.5)), length)
      const last = clamp(Math.floor(fround(fround(at + reach) - 0.5)), length)
      return normalized(
        Array.from({ length: last - first + 1 }, (_, i) => {
          const distance = Math.abs(fround(fround(first + i + 0.5) - at))
          return { position: first + i, weight: fround(weight(fround(distance * narrowing))) }
        }),
        length,
      )
    })
  }
}

function clamp(position: number, length: number): number {
  return Math.min(Math.max(position, 0), length - 1)
}

function normalized(taps: readonly { position: number; weight: number }[], length: number): Sample {
  const inside = taps.filter(({ position }) => position >= 0 && position < length)
  const sum = inside.reduce((total, { weight }) => fround(total + weight), 0)
  const factor = Math.abs(sum) >= 1000 * 2 ** -126 ? fround(1 / sum) : 1
  return {
    first: inside[0]?.position ?? 0,
    weights: inside.map(({ weight }) => fround(weight * factor)),
  }
}

/** The interpolation of this name, or undefined. `nearest` moves positions and has no weights. */
export function interpolationOf(name: string, antialias: boolean): Interpolation | undefined {
  switch (name) {
    case 'bilinear':
      return antialias ? sampled(triangle, true) : bilinear
    case 'bicubic':
      return antialias ? sampled(keysCubic, true) : bicubic
    case 'lanczos3':
      return sampled(lanczos(3), antialias)
    case 'lanczos5':
      return sampled(lanczos(5), antialias)
    case 'area':
      return area
    default:
      return undefined
  }
}
