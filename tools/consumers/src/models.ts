import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { elementCount, encode, type Model } from '@dotplus/core'
import { run } from './command.ts'
import { root } from './paths.ts'

/** Addresses of the models' files, by the name that programs use. */
export interface Models {
  readonly folder: string
  /** Every file: models and shards. */
  readonly files: readonly string[]
}

/** A generator of 32-bit integers whose sequence is the same everywhere (Numerical Recipes, section 7.1). */
function generator(seed: number): () => number {
  let state = seed
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0)
}

/** He's uniform initialization for kernels, a well-behaved layer normalization for the rest. */
function weights(name: string, shape: readonly number[], next: () => number): Float32Array {
  const values = new Float32Array(elementCount(shape))
  if (/gamma|variance/.test(name)) return values.fill(1)
  if (!name.endsWith('kernel')) return values
  const isDepthwise = name.includes('depthwise')
  const fanIn = isDepthwise ? 9 : elementCount(shape.slice(0, -1))
  const limit = Math.sqrt(6 / fanIn)
  return values.map(() => (next() / 2 ** 31 - 1) * limit)
}

/** Keras's MobileNetV2, whose structure real Keras wrote and whose weights are drawn here. */
async function mobileNet(): Promise<Model> {
  const text = await readFile(join(root, 'tools/consumers/models/mobilenetv2.json'), 'utf8')
  const structure = JSON.parse(text) as Model
  const next = generator(1)
  const tensors = structure.tensors.map((tensor) => ({
    ...tensor,
    data: new Uint8Array(weights(tensor.name, tensor.shape, next).buffer),
  }))
  return { ...structure, tensors }
}

/** The sample MLP as Keras exported it, and MobileNetV2, both as `.dotplus`; the latter also in shards. */
export async function writeModels(folder: string): Promise<Models> {
  await mkdir(folder, { recursive: true })
  const dotplus = join(root, 'node_modules/dotplus/bin/dotplus.js')
  const keras = join(root, 'test-fixtures/sample-mlp/relu/keras/model.keras')
  await run(process.execPath, [dotplus, 'convert', keras, '-o', 'mlp.dotplus'], { cwd: folder })
  await writeFile(join(folder, 'mobilenetv2.dotplus'), encode(await mobileNet()))
  return { folder, files: ['mlp.dotplus', 'mobilenetv2.dotplus'] }
}
