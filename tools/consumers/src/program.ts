/**
 * What every consumer computes, as the text of a module: the sample MLP on 64 rows and MobileNetV2 on one picture, both
 * of numbers that are the same everywhere, and the SHA-256 of each answer's bytes.
 */
export const computation = `
const inputs = { mlp: [64, 4], mobilenetv2: [1, 224, 224, 3] }

export async function compute(load, addressOf, options) {
  const hashes = {}
  for (const [name, shape] of Object.entries(inputs)) {
    const model = await load(await addressOf(name), options)
    let state = 1
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state / 2 ** 31 - 1
    })
    const y = await model.predict({ data, shape })
    hashes[name] = await hashOf(y.data)
    model.dispose()
  }
  return hashes
}

async function hashOf({ buffer, byteOffset, byteLength }) {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(buffer, byteOffset, byteLength))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('').slice(0, 16)
}
`

/** Types of the module above, for consumers that check theirs. */
export const computationTypes = `
interface Computing {
  predict(x: { data: Float32Array; shape: readonly number[] }): object | Promise<object>
  dispose(): void
}
export declare function compute<Source, Options>(
  load: (source: Source, options?: Options) => Promise<Computing>,
  addressOf: (name: 'mlp' | 'mobilenetv2') => Source | Promise<Source>,
  options?: Options,
): Promise<Hashes>
export interface Hashes { mlp: string; mobilenetv2: string }
`

/** The first 16 digits of the SHA-256 of each model's answer. */
export interface Hashes {
  readonly mlp: string
  readonly mobilenetv2: string
}
