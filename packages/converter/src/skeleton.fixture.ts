import { elementCount, type DType } from '@dotplus/core'
import { bytesPerElement, type NdArray } from './array.ts'
import type { Hdf5Dataset, Hdf5Group } from './binary/hdf5/hdf5.ts'
import { openKerasH5 } from './keras/open-keras.ts'
import { kerasMajorOf, type OpenedModel } from './keras/opened-model.ts'
import type { Json } from './keras/python-json.ts'
import { readModel } from './keras/read-model.ts'
import { sourceFromBytes } from './source.ts'
import { legacyWeightsGroup } from './weights/legacy-h5.ts'
import { weightsH5Store } from './weights/weights-h5.ts'

/** A model file without its numbers, as `test-data/models.json` holds it. */
export interface Skeleton {
  readonly name: string
  readonly layout: 'keras' | 'h5'
  readonly kerasVersion: string
  readonly config: Json
  /** "float32 4,20" by path. */
  readonly members: Readonly<Record<string, string>>
  readonly attributes: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly assets?: Readonly<Record<string, string>>
}

/** The skeleton as if it had been opened; every weight is zero. */
export function openSkeleton(skeleton: Skeleton): Promise<OpenedModel> {
  const file = `${skeleton.name}.${skeleton.layout}`
  return skeleton.layout === 'h5'
    ? openH5(skeleton, file)
    : Promise.resolve(openKeras(skeleton, file))
}

function openKeras(skeleton: Skeleton, file: string): OpenedModel {
  const kerasMajor = kerasMajorOf(skeleton.kerasVersion, 3)
  return {
    format: 'keras-v3',
    file,
    sources: [],
    model: readModel(skeleton.config, { file, kerasMajor }, ''),
    store: weightsH5Store(groupOf(skeleton, '', new Map()), file),
    kerasVersion: skeleton.kerasVersion,
    backend: '',
    kerasMajor,
    assets: new Map(Object.entries(skeleton.assets ?? {})),
  }
}

async function openH5(skeleton: Skeleton, file: string): Promise<OpenedModel> {
  const attributes = new Map([
    ['model_config', textArray([JSON.stringify(skeleton.config)])],
    ['keras_version', textArray([skeleton.kerasVersion])],
  ])
  const root = groupOf(skeleton, '', attributes)
  const source = sourceFromBytes(file, new Uint8Array(0))
  const opened = openKerasH5(source, root, await legacyWeightsGroup(root), undefined)
  if (!opened) throw new Error('no model_config')
  return { ...opened, sources: [] }
}

function textArray(strings: readonly string[]): NdArray {
  return { dtype: 'string', shape: [strings.length], data: new Uint8Array(0), strings }
}

/** A group of the file, as if it had been opened. */
export function groupOf(
  skeleton: Pick<Skeleton, 'members' | 'attributes'>,
  path: string,
  own: ReadonlyMap<string, NdArray>,
): Hdf5Group {
  const prefix = path ? `${path}/` : ''
  const known = [...Object.keys(skeleton.members), ...Object.keys(skeleton.attributes)]
  const inside = known.filter((each) => each.startsWith(prefix) && each !== path)
  const names = [...new Set(inside.map((each) => each.slice(prefix.length).split('/')[0] ?? ''))]
  const texts = Object.entries(skeleton.attributes[path] ?? {})
  return {
    kind: 'group',
    path,
    attributes: new Map([...own, ...texts.map(([key, value]) => [key, textArray(value)] as const)]),
    names: names.toSorted(),
    has: (name) => names.includes(name),
    open: (name) => {
      const inner = prefix + name
      const member = skeleton.members[inner]
      if (member !== undefined) return Promise.resolve(datasetOf(inner, member))
      return Promise.resolve(names.includes(name) ? groupOf(skeleton, inner, new Map()) : undefined)
    },
  }
}

function datasetOf(path: string, description: string): Hdf5Dataset {
  const [dtype, sizes] = description.split(' ') as [DType, string]
  const shape = sizes === '' ? [] : sizes.split(',').map(Number)
  const read = (): Promise<NdArray> => {
    const data = new Uint8Array(elementCount(shape) * bytesPerElement(dtype))
    return Promise.resolve({ dtype, shape, data })
  }
  return { kind: 'dataset', path, dtype, shape, attributes: new Map(), read }
}
