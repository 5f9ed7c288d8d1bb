import { elementCount, UnsupportedError } from '@dotplus/core'
import type { LazyArray } from '../array.ts'
import type { LayerConfig } from '../keras/layer-config.ts'
import type { WeightNode } from './weight-tree.ts'

/**
 * A layer with low-rank adapters: `.keras` holds the kernel with them added, old files the frozen kernel after the
 * bias and the two factors a (…, rank) and b (rank, columns) of what is added to it, scaled by alpha / rank.
 *
 * @see keras/src/layers/core/dense.py, enable_lora
 */
export function withLora(node: WeightNode, kernel: string, config: LayerConfig): WeightNode {
  const rank = config.optionalInteger('lora_rank')
  const alpha = config.optionalNumber('lora_alpha') ?? rank
  if (rank === undefined || alpha === undefined) return node
  const frozen = node.own.map((slot) =>
    slot.name === kernel ? { ...slot, trainable: false } : slot,
  )
  const factor = (name: string): WeightNode['own'][number] => ({
    name,
    trainable: true,
    optional: false,
  })
  const [a, b] = [`lora_${kernel}_a`, `lora_${kernel}_b`]
  return {
    ...node,
    stored: {
      slots: [...frozen, factor(a), factor(b)],
      assemble(found) {
        const result = new Map(found)
        const [base, left, right] = [kernel, a, b].map((name) => found.get(name))
        if (base && left && right) result.set(kernel, adapted(base, left, right, alpha / rank))
        return result
      },
    },
  }
}

/** base + scale · a · b */
function adapted(base: LazyArray, a: LazyArray, b: LazyArray, scale: number): LazyArray {
  const { dtype, shape } = base
  const columns = b.shape[1] ?? 0
  const rank = b.shape[0] ?? 0
  const fits =
    elementCount(shape) * rank === elementCount(a.shape) * columns && a.shape.at(-1) === rank
  if (dtype !== 'float32' || a.dtype !== dtype || b.dtype !== dtype || !fits) {
    throw new UnsupportedError('adapters that do not fit their kernel', {
      expected: `float32 (…, rank) and (rank, columns) for (${shape.join(', ')})`,
      got: `${a.dtype} (${a.shape.join(', ')}) and ${b.dtype} (${b.shape.join(', ')})`,
    })
  }
  const read = async (): Promise<Awaited<ReturnType<LazyArray['read']>>> => {
    const [kernel, left, right] = [await floats(base), await floats(a), await floats(b)]
    const sum = new DataView(new ArrayBuffer(kernel.byteLength))
    for (let i = 0; i < elementCount(shape); i++) {
      const row = Math.floor(i / columns)
      let product = 0
      for (let k = 0; k < rank; k++)
        product +=
          left.getFloat32((row * rank + k) * 4, true) *
          right.getFloat32((k * columns + (i % columns)) * 4, true)
      sum.setFloat32(i * 4, kernel.getFloat32(i * 4, true) + scale * product, true)
    }
    return { dtype, shape, data: new Uint8Array(sum.buffer) }
  }
  return { dtype, shape, read }
}

async function floats(array: LazyArray): Promise<DataView> {
  const { data } = await array.read()
  return new DataView(data.buffer, data.byteOffset, data.byteLength)
}
