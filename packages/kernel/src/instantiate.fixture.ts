import { readFile } from 'node:fs/promises'
import type { Model } from '@dotplus/core'
import { instantiate as instantiateWith, type InstantiateOptions } from './load.ts'
import type { LoadedModel } from './model/loaded-model.ts'
import type { Prediction, Tensor } from './model/tensor.ts'
import type { KernelBytes } from './precision.ts'

/** The kernels as they were built. */
export const builtKernels: KernelBytes = async (file) =>
  new Uint8Array(await readFile(new URL(`../dist/kernel-${file}.wasm`, import.meta.url)))

/** Makes a model ready to run with the kernels as they were built. */
export function instantiate<Output extends Prediction = Tensor>(
  model: Model,
  options?: InstantiateOptions,
): Promise<LoadedModel<Output>> {
  return instantiateWith<Output>(model, builtKernels, options)
}
