import type { Layer } from '@dotplus/core'

import type { LowerContext, Value } from '../../lower/context.ts'
import { elementwiseOps } from '../../lower/ops/elementwise.ts'
import { networkOps } from '../../lower/ops/network.ts'
import { reductionOps } from '../../lower/ops/reduction.ts'
import { repetitionOps } from '../../lower/ops/repetition.ts'
import { slicingOps } from '../../lower/ops/slicing.ts'
import type { OpArguments, OpDefinition } from '../../lower/ops/arguments.ts'
import { arithmetics } from './arithmetic.ts'
import { convolutions } from './convolution.ts'
import { creation } from './creation.ts'
import { elementwise } from './elementwise.ts'
import { imaging } from './image.ts'
import { imageFilters } from './image-filter.ts'
import { imageSampling } from './image-sampling.ts'
import { indexing } from './indexing.ts'
import { linearAlgebra } from './linalg.ts'
import { norms } from './linalg-norm.ts'
import { linearSystems } from './linalg-system.ts'
import { losses } from './loss.ts'
import { movement } from './movement.ts'
import { network } from './network.ts'
import { normalizations } from './normalization.ts'
import { ordering } from './order.ts'
import { products } from './product.ts'
import { quantileFunctions } from './quantile.ts'
import { reductions } from './reduction.ts'
import { runningTotals } from './running.ts'
import { selections } from './selection.ts'
import { spectrum } from './spectrum.ts'
import type { GeneralOps } from './general.ts'

type LowerOp = (context: LowerContext, layer: Layer, given: OpArguments) => Value[]

/** A function of keras.ops. */
export interface OpEntry {
  readonly parameters: readonly string[]
  readonly settings: readonly string[]
  /** In WebAssembly, when all tensors are float32; half floats go this way too and are rounded afterwards. */
  readonly float32: Pick<OpDefinition, 'parameters' | 'settings' | 'lower'> | undefined
  /** For tensors of any dtype, and for settings that the other has not. */
  readonly general: LowerOp | undefined
  readonly convertsNumbers: boolean
}

const inFloat32 = {
  ...elementwiseOps,
  ...reductionOps,
  ...repetitionOps,
  ...slicingOps,
  ...networkOps,
}

const inGeneral: GeneralOps = {
  ...elementwise,
  ...arithmetics,
  ...selections,
  ...reductions,
  ...quantileFunctions,
  ...runningTotals,
  ...ordering,
  ...indexing,
  ...movement,
  ...creation,
  ...products,
  ...network,
  ...convolutions,
  ...normalizations,
  ...losses,
  ...linearAlgebra,
  ...linearSystems,
  ...norms,
  ...spectrum,
  ...imaging,
  ...imageFilters,
  ...imageSampling,
}

/** Functions of keras.ops by the name that an op node has. */
export const opTable: Readonly<Record<string, OpEntry>> = Object.fromEntries(
  [...new Set([...Object.keys(inGeneral), ...Object.keys(inFloat32)])].map((name) => {
    const fast = Object.hasOwn(inFloat32, name) ? inFloat32[name] : undefined
    const any = Object.hasOwn(inGeneral, name) ? inGeneral[name] : undefined
    const settings = new Set([...(any?.settings ?? []), ...(fast?.settings ?? [])])
    return [
      name,
      {
        parameters: any?.parameters ?? fast?.parameters ?? [],
        settings: [...settings],
        float32: fast,
        general: any?.lower,
        convertsNumbers: any?.convertsNumbers ?? false,
      },
    ]
  }),
)
