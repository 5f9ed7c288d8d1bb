export { load } from './load.ts'
export type { Load, LoadOptions, ModelSource, Progress, WorkerModel } from '@dotplus/kernel/worker'
export type {
  Explanation,
  InputValue,
  LoadedModel,
  MemoryReport,
  ModelInput,
  NestedElements,
  NumericArray,
  Precision,
  Prediction,
  PredictOptions,
  Signature,
  StepState,
  Tensor,
  TensorData,
} from '@dotplus/kernel'
export {
  DotplusError,
  FormatError,
  InputError,
  ModelError,
  ResourceError,
  RuntimeError,
  UnsupportedError,
  UsageError,
} from '@dotplus/core'
