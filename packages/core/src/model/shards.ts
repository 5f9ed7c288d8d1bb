import type { Model } from './model.ts'
import type { External, StoredTensor } from './tensor.ts'

/** Every place outside the model's file where a tensor's bytes are, in order. */
export function placesOf({ external, continued }: StoredTensor): External[] {
  return external ? [external, ...(continued ?? [])] : []
}

/**
 * A model with its tensors' bytes in place.
 *
 * @param bytes of each shard by its index; tensors in a shard that is not there keep their place
 */
export function withShards(model: Model, bytes: ReadonlyMap<number, Uint8Array>): Model {
  const tensors = model.tensors.map((tensor) => {
    const places = placesOf(tensor)
    if (places.length === 0 || places.some(({ shard }) => !bytes.has(shard))) return tensor
    const parts = places.map(({ shard, offset, byteLength }) =>
      (bytes.get(shard) as Uint8Array).subarray(offset, offset + byteLength),
    )
    return { ...tensor, external: undefined, continued: [], data: joined(parts) }
  })
  const shards = tensors.some(({ external }) => external) ? model.shards : []
  return { ...model, shards, tensors }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only, another] = parts
  if (only && !another) return only
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.byteLength
  }
  return whole
}

/** Tensors that belong to cases: nothing that runs a model needs them. */
export function evidenceTensors(model: Model): ReadonlySet<number> {
  return new Set(
    model.cases.flatMap(({ inputs, outputs, checkpoints }) => [
      ...inputs,
      ...outputs,
      ...checkpoints.map(({ value }) => value),
    ]),
  )
}
