import { linear, type Activation } from '../program.ts'
import type { Buffer, Op, OpBody } from '../plan/op.ts'

/** What an op does to its sums before it stores them: adds a tensor, then applies a function. */
export interface Epilogue {
  readonly activation: Activation
  /** As large as the result. */
  readonly residual?: Buffer | undefined
}

/** The steps that an op with an epilogue can take over: one sum, then one function. */
export function takingSteps(
  { activation, residual }: Epilogue,
  make: (epilogue: Epilogue, y: Buffer) => OpBody,
): Op['withStep'] {
  if (activation.code !== linear.code) return undefined
  return (step, y, addend) => {
    if (step.kind === 'activation') return make({ activation: step.activation, residual }, y)
    return residual || !addend ? undefined : make({ activation, residual: addend }, y)
  }
}
