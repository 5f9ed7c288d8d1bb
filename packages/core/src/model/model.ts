import type { UnknownFields } from '../codec/message.ts'
import type { Graph } from './graph.ts'
import type { Layer } from './layer.ts'
import type { StoredTensor, TensorIndex } from './tensor.ts'

/** The version of the format's meaning that this package writes. */
export const formatVersion = 1

/** A whole model as `model.dotplus` holds it. */
export interface Model {
  formatVersion: number
  name: string
  provenance?: Provenance | undefined
  /** Every layer definition once, in Keras's order. */
  layers: Layer[]
  graph?: Graph | undefined
  cases: Case[]
  shards: Shard[]
  tensors: StoredTensor[]
  unknownFields?: UnknownFields
}

export interface Provenance {
  /** Base name of the source file. */
  sourceName: string
  /** "keras-v3", "keras-h5", "weights-h5+json", "npy", "npz", "pickle". */
  sourceFormat: string
  /** 32 bytes. */
  sourceSha256: Uint8Array
  kerasVersion: string
  backend: string
  /** "@dotplus/converter <version>". */
  converter: string
  unknownFields?: UnknownFields
}

export interface Shard {
  /** File name relative to the model file. */
  name: string
  byteLength: number
  /** 32 bytes. */
  sha256: Uint8Array
  unknownFields?: UnknownFields
}

/** Recorded inputs with what Keras answered. */
export interface Case {
  name: string
  /** In the order of `Graph.inputs`; with several calls, call 0's inputs first. */
  inputs: TensorIndex[]
  outputs: TensorIndex[]
  checkpoints: Checkpoint[]
  /** Calls without a state reset; 0 means 1. */
  calls: number
  rtol?: number | undefined
  atol?: number | undefined
  toleranceReason: string
  unknownFields?: UnknownFields
}

/** The expected value of one layer's output within the first call of a case. */
export interface Checkpoint {
  layer: string
  call: number
  output: number
  value: TensorIndex
  unknownFields?: UnknownFields
}
