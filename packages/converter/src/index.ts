export {
  convert,
  doctor,
  openConversion,
  type ConvertInput,
  type ConvertOptions,
} from './convert.ts'
export {
  defaultShardSize,
  modelFiles,
  type Conversion,
  type OutputFile,
  type WriteOptions,
} from './conversion.ts'
export type { StreamingHash } from './sha256.ts'
export { ConversionError, problemsOf } from './problems.ts'
export {
  denseLayers,
  parseLayersSpec,
  type LayerEntry,
  type LayersSpec,
} from './arrays/layers-spec.ts'
export { addCase, readCases, type CaseArrays } from './cases.ts'
export { sourceFromBlob, type BlobLike } from './blob-source.ts'
export type { OpenScratch, Scratch } from './scratch.ts'
export { readAll, sourceFromBytes, type Source } from './source.ts'
export { arrayRows, type NdArray } from './array.ts'
export { openNpyRows, readNpyArray, type NpyRows } from './binary/npy.ts'
export { npyHeader, writeNpy } from './binary/npy-writer.ts'
export { openNpz, readNpz, type NpzArchive } from './binary/npz.ts'
export { writeNpz } from './binary/npz-writer.ts'
export {
  registerLayer,
  type Block,
  type BlockConstant,
  type BlockEllipsis,
  type BlockLayer,
  type BlockSlice,
  type BlockTensor,
  type BlockValue,
  type BlockWeight,
  type BlockWeightOptions,
  type ComposeLayer,
  type Compositions,
} from './custom/composition.ts'
export type { Json, JsonObject } from './keras/python-json.ts'
