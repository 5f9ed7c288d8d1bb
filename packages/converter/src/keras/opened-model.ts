import type { WeightStore } from '../weights/bound-weights.ts'
import type { Source } from '../source.ts'
import type { ModelSpec } from './model-spec.ts'

/** A container that has been recognised: its model and where its weights come from. */
export interface OpenedModel {
  /** "keras-v3", "keras-h5", "weights-h5+json", "npy", "npz", "pickle". */
  readonly format: string
  /** Name of the file the layers are described in, for errors. */
  readonly file: string
  /** The files the model was read from. */
  readonly sources: readonly Source[]
  readonly model: ModelSpec
  readonly store: WeightStore
  /** As the file says, or empty. */
  readonly kerasVersion: string
  readonly backend: string
  readonly kerasMajor: number
  /** Text files beside the weights, by path. */
  readonly assets: ReadonlyMap<string, string>
}

/** The generation of Keras from a version such as "3.15.1" or "2.21.0-tf"; `fallback` when there is none. */
export function kerasMajorOf(version: string | undefined, fallback: number): number {
  const major = Number.parseInt(version ?? '', 10)
  return major >= 1 && major <= 3 ? major : fallback
}
