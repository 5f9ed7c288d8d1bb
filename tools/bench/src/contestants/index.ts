import type { Contestant } from './contestant.ts'
import {
  dotplusExact,
  dotplusExactOut,
  dotplusExactTwo,
  dotplusFast,
  dotplusFastTwo,
} from './dotplus.ts'
import { litert } from './litert.ts'
import { onnxruntimeNode, onnxruntimeWeb, onnxruntimeWebTwo } from './onnxruntime.ts'
import { plainLoop } from './plain-loop.ts'
import { tfjsWasm } from './tfjs-wasm.ts'

/** In the order of the report. */
export const contestants: readonly Contestant[] = [
  dotplusExact,
  dotplusExactOut,
  dotplusFast,
  dotplusExactTwo,
  dotplusFastTwo,
  plainLoop,
  litert,
  onnxruntimeWeb,
  onnxruntimeWebTwo,
  tfjsWasm,
  onnxruntimeNode,
]

/** Ratios are taken to this one. */
export const baselineId: string = dotplusExact.id

/** WebAssembly peers of one thread: the fastest of them on a model is the one to be ahead of. */
export const rivalIds: readonly string[] = [litert.id, onnxruntimeWeb.id, tfjsWasm.id]
