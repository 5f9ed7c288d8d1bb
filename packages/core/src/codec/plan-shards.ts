import type { Model } from '../model/model.ts'
import { evidenceTensors } from '../model/shards.ts'
import {
  dataAlignment,
  storedByteLength,
  type External,
  type StoredTensor,
} from '../model/tensor.ts'

/** A part of a tensor's bytes in a shard. */
export interface ShardPiece {
  readonly tensor: number
  /** Bytes of the tensor, from `start` to `end`. */
  readonly start: number
  readonly end: number
  /** Where they begin in the shard: a multiple of 64. */
  readonly offset: number
}

/** What one shard holds, in the order of the file. */
export interface ShardPlan {
  readonly pieces: readonly ShardPiece[]
  readonly byteLength: number
}

/** Tensors below this stay in the model's own file: their place in a shard would take as much room. */
const smallest = 1024

/**
 * Distributes the tensors of a model over shards of at most `shardSize` bytes. Weights come first; the arrays of cases
 * begin a shard of their own, so that running a model does not download its evidence.
 *
 * @param shardSize at least 64; rounded down to a multiple of 64
 */
export function planShards(model: Model, shardSize: number): ShardPlan[] {
  const limit = Math.floor(shardSize / dataAlignment) * dataAlignment
  const evidence = evidenceTensors(model)
  const indices = [...model.tensors.keys()]
  const weights = indices.filter((index) => !evidence.has(index))
  return [...fill(model, weights, limit), ...fill(model, [...evidence], limit)]
}

function fill(model: Model, indices: readonly number[], limit: number): ShardPlan[] {
  const plans: { pieces: ShardPiece[]; byteLength: number }[] = []
  for (const tensor of indices) {
    const { dtype, shape } = model.tensors[tensor] as StoredTensor
    const length = dtype === undefined ? 0 : storedByteLength(dtype, shape)
    if (length < smallest) continue
    for (let start = 0; start < length;) {
      let plan = plans.at(-1)
      let offset = Math.ceil((plan?.byteLength ?? 0) / dataAlignment) * dataAlignment
      // A tensor is only cut where no shard could hold it whole.
      if (!plan || offset >= limit || (length <= limit && offset + length > limit)) {
        plan = { pieces: [], byteLength: 0 }
        plans.push(plan)
        offset = 0
      }
      const end = Math.min(length, start + limit - offset)
      plan.pieces.push({ tensor, start, end, offset })
      plan.byteLength = offset + end - start
      start = end
    }
  }
  return plans
}

/** The tensors of a model with where their bytes are according to `plans`. */
export function shardedTensors(
  tensors: readonly StoredTensor[],
  plans: readonly ShardPlan[],
): StoredTensor[] {
  const places = new Map<number, External[]>()
  for (const [shard, { pieces }] of plans.entries())
    for (const { tensor, start, end, offset } of pieces) {
      const known = places.get(tensor) ?? []
      known.push({ shard, offset, byteLength: end - start })
      places.set(tensor, known)
    }
  return tensors.map((tensor, index) => {
    const [external, ...continued] = places.get(index) ?? []
    return external ? { ...tensor, external, continued, data: new Uint8Array(0) } : tensor
  })
}
