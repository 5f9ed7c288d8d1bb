export { instantiate, type InstantiateOptions } from './load.ts'
export {
  LoadedModel,
  type Explanation,
  type MemoryReport,
  type PredictOptions,
} from './model/loaded-model.ts'
export type {
  InputValue,
  ModelInput,
  NestedElements,
  NumericArray,
  Prediction,
  Signature,
  Tensor,
  TensorData,
} from './model/tensor.ts'
export type { StepState } from './model/tensor.ts'
export type { ElementType } from './dtype/element-type.ts'
export type { OpProfile, Profile, Times } from './profile/profile.ts'
export type { MachinePeak } from './profile/peak.ts'
export type { PlanStep } from './plan/plan.ts'
export {
  hasFusedMultiplyAdd,
  hasSimd,
  type KernelBytes,
  type KernelFile,
  type Precision,
} from './precision.ts'
