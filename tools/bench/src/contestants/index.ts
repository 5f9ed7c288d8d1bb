import type { Contestant } from './contestant.ts'
import { dotplusExact, dotplusExactOut, dotplusFast } from './dotplus.ts'
import { onnxruntimeNode, onnxruntimeWeb } from './onnxruntime.ts'
import { plainLoop } from './plain-loop.ts'
import { tfjsWasm } from './tfjs-wasm.ts'

/** In the order of the report. */
export const contestants: readonly Contestant[] = [
  dotplusExact,
  dotplusExactOut,
  dotplusFast,
  plainLoop,
  onnxruntimeWeb,
  onnxruntimeNode,
  tfjsWasm,
]

/** Ratios are taken to this one. */
export const baselineId: string = dotplusExact.id
