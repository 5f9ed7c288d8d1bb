import { flattenLayer, identityLayer, repeatVectorLayer, reshapeLayer } from '../lower/reshape.ts'
import { permuteLayer } from '../lower/permute.ts'
import { concatenateLayer } from '../lower/merge.ts'
import type { HostPart } from '../lower/host-part.ts'
import { opLayer } from '../lower/op.ts'
import { timeDistributedLayer } from '../lower/wrapper.ts'
import { activationLayer } from './layers/activation.ts'
import { hostBinary } from './binary.ts'
import { hostContract } from './contract.ts'
import { hostCast } from './cast.ts'

export const hostPart: HostPart = {
  op: opLayer,
  cast: hostCast,
  binary: hostBinary,
  contract: hostContract,
  double: {
    activation: activationLayer,
    identity: identityLayer,
    flatten: flattenLayer,
    reshape: reshapeLayer,
    permute: permuteLayer,
    repeatVector: repeatVectorLayer,
    concatenate: concatenateLayer,
    timeDistributed: timeDistributedLayer,
  },
}
