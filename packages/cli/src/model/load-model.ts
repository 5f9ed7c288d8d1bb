import { load, type LoadedModel, type Precision, type Prediction } from '@dotplus/node'
import { withFile } from '../report-error.ts'
import type { ModelOptions } from './model-options.ts'
import { convertFiles, dotplusPath, type ReadModel } from './read-model.ts'

interface LoadModelOptions extends ModelOptions {
  readonly precision: Precision
}

/** Makes a .dotplus file, or anything that converts, ready to run. */
export async function loadModel(
  paths: readonly string[],
  options: LoadModelOptions,
): Promise<LoadedModel<Prediction>> {
  const { precision } = options
  const path = await dotplusPath(paths)
  if (path !== undefined) return load<Prediction>(path, { precision })
  const model = await convertFiles(paths, options)
  return load<Prediction>(model, { precision }).catch((error: unknown) => {
    throw withFile(error, paths.join(', '))
  })
}

/** Makes a model that was read already ready to run; shards are read beside it. */
export function loadReadModel(
  { model, path }: ReadModel,
  precision: Precision,
  threads = 1,
): Promise<LoadedModel<Prediction>> {
  return load<Prediction>(path !== undefined && model.shards.length > 0 ? path : model, {
    precision,
    threads,
  })
}
