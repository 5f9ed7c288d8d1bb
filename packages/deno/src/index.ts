export { load } from './load.ts'
export type {
  Load,
  LoadOptions,
  ModelSource,
  Progress,
  WorkerModel,
} from '@dotplus/kernel/compressed'
export type {
  Explanation,
  InputValue,
  LoadedModel,
  MachinePeak,
  MemoryReport,
  ModelInput,
  NestedElements,
  NumericArray,
  OpProfile,
  PlanStep,
  Precision,
  Prediction,
  Profile,
  PredictOptions,
  Signature,
  StepState,
  Tensor,
  TensorData,
  Times,
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
