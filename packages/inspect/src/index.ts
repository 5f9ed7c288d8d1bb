export { compare, type Difference, type Values } from './compare.ts'
export type { DivergingLayer } from './diverging-layer.ts'
export {
  replayCase,
  type CaseResult,
  type ReplayedOutput,
  type ReplayOptions,
} from './replay-case.ts'
export { namedOutputs, type NamedTensor } from './named-outputs.ts'
export { drawGraph, edgePath, familyColours } from './draw.ts'
export { modelGraph, type GraphEdge, type GraphNode, type ModelGraph } from './graph.ts'
export {
  layOutGraph,
  type GraphLayout,
  type PlacedEdge,
  type PlacedFrame,
  type PlacedNode,
} from './layout/layout.ts'
export { familyOf, type LayerFamily } from './family.ts'
export { layerSettings, type LayerSetting } from './settings.ts'
export { layerParameters, modelParameters, type ParameterCount } from './parameters.ts'
export { knownShapes, outputShapes, shapesOf, type OutputShapes } from './output-shapes.ts'
export { tensorStatistics, type TensorStatistics } from './statistics.ts'
export { summaryMarkdown } from './summary-markdown.ts'
export {
  summarize,
  type LayerSummary,
  type ModelSummary,
  type PortSummary,
  type ShapesByLayer,
} from './summary.ts'
export { formatBytes, formatCount, formatError, formatShape, plural } from './numbers.ts'
export { toleranceOf, type Tolerance } from './tolerance.ts'
export { ulpDistance } from './ulp.ts'
export { inputTensor, type InputTensor } from './input-tensor.ts'
export {
  embeddedCases,
  type RecordedCall,
  type RecordedCase,
  type RecordedCheckpoint,
} from './recorded-case.ts'
export {
  csvBatches,
  type CsvOptions,
  type HeaderRow,
  type InputBatch,
  type OnBadRow,
} from './table/csv-batches.ts'
export { inputColumns, type InputColumns } from './table/columns.ts'
export { parseNumber } from './table/parse-number.ts'
