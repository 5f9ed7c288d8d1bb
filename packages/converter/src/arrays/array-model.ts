import { UsageError } from '@dotplus/core'
import { Planner } from '../build/plan.ts'
import type { LayerSpec, ModelSpec } from '../keras/model-spec.ts'
import type { JsonObject } from '../keras/python-json.ts'
import { readModel, type ModelOrigin } from '../keras/read-model.ts'
import { snakeCase } from '../keras/snake-case.ts'
import { Problems } from '../problems.ts'
import {
  boundByPath,
  checkShape,
  type BoundWeights,
  type WeightStore,
} from '../weights/bound-weights.ts'
import { slotsInOrder } from '../weights/weight-tree.ts'
import type { NamedArray } from './array-group.ts'
import { checkChain } from './chain.ts'
import type { LayerEntry, LayersSpec } from './layers-spec.ts'
import { pairArrays, type FilledLayer } from './pair-arrays.ts'

/** A Sequential model made from a spec, with the arrays as its weights. */
export interface ArrayModel {
  readonly model: ModelSpec
  readonly store: WeightStore
}

/**
 * Joins arrays and a spec to a model: gives every layer its arrays, takes from them what the spec leaves out (units and
 * use_bias of Dense, the input shape, names), and checks that they fit.
 *
 * @throws {UsageError} when there is no spec, or a layer of it does not exist
 * @throws {ModelError} naming the arrays that do not fit
 */
export function modelOfArrays(
  arrays: readonly NamedArray[],
  spec: LayersSpec | undefined,
  file: string,
): ArrayModel {
  if (!spec) {
    throw new UsageError('arrays alone do not say which layers they belong to', {
      file,
      got: arrays.length === 1 ? 'one array' : `${arrays.length} arrays`,
      hint: 'Name the layers with --layers spec.json, or an MLP with --dense relu,relu,linear',
    })
  }
  const drafts = namedEntries(spec.layers)
  const filled = fill(drafts, arrays, file)
  checkChain(
    drafts.map(({ entry }, index) => ({
      className: entry.className,
      arrays: filled[index]?.arrays,
    })),
    file,
  )
  const layers = drafts.map((draft, index) => finish(draft, filled[index]))
  const serialized = sequential(layers, spec, filled)
  const origin: ModelOrigin = { file, kerasMajor: 3 }
  const names = new Map(layers.map(({ config }, index) => [config.name as string, filled[index]]))
  return { model: readModel(serialized, origin, ''), store: storeOf(names, file) }
}

interface Draft {
  readonly entry: LayerEntry
  readonly name: string
  /** The spec gives the name. */
  readonly named: boolean
}

/** Names layers as Keras does: the class in snake case, numbered from the second on. */
function namedEntries(entries: readonly LayerEntry[]): Draft[] {
  const counts = new Map<string, number>()
  return entries.map((entry) => {
    if (typeof entry.config.name === 'string')
      return { entry, name: entry.config.name, named: true }
    const base = snakeCase(entry.className)
    const count = counts.get(base) ?? 0
    counts.set(base, count + 1)
    return { entry, name: count === 0 ? base : `${base}_${count}`, named: false }
  })
}

/** The arrays of every entry; undefined for layers without variables. */
function fill(
  drafts: readonly Draft[],
  arrays: readonly NamedArray[],
  file: string,
): (FilledLayer | undefined)[] {
  // Planned once with stand-ins for what the arrays will tell, only to know which variables there are.
  const ignored = new Problems()
  const planner = new Planner({ file, kerasMajor: 3 }, ignored)
  const toFill = drafts.flatMap(({ entry, name, named }, index) => {
    const config = entry.className === 'Dense' ? { units: 1, ...entry.config } : entry.config
    const planned = planner.layer(layerSpec(entry.className, name, config), name)
    if (slotsInOrder(planned.weights).length === 0) return []
    const biasOptional = entry.className === 'Dense' && entry.config.use_bias === undefined
    return [{ index, layer: { name, named, weights: planned.weights, biasOptional } }]
  })
  const paired = pairArrays(
    toFill.map(({ layer }) => layer),
    arrays,
    file,
  )
  const result: (FilledLayer | undefined)[] = drafts.map(() => undefined)
  for (const [order, { index }] of toFill.entries()) result[index] = paired[order]
  return result
}

function layerSpec(className: string, name: string, config: JsonObject): LayerSpec {
  return {
    name,
    className,
    registeredName: undefined,
    module: undefined,
    config,
    op: undefined,
    inputShape: undefined,
    calls: [],
    model: undefined,
  }
}

function finish({ entry, name, named }: Draft, filled: FilledLayer | undefined): LayerEntry {
  const config: JsonObject = { ...entry.config, name: named ? name : (filled?.arraysName ?? name) }
  if (entry.className === 'Dense') {
    config.units ??= filled?.arrays.get('kernel')?.array.shape[1]
    config.use_bias ??= filled?.arrays.has('bias') ?? true
  }
  return { className: entry.className, config }
}

function sequential(
  layers: readonly LayerEntry[],
  spec: LayersSpec,
  filled: readonly (FilledLayer | undefined)[],
): JsonObject {
  const given = spec.inputShape ? [null, ...spec.inputShape] : undefined
  const kernel = layers[0]?.className === 'Dense' ? filled[0]?.arrays.get('kernel') : undefined
  const guessed = kernel ? [null, kernel.array.shape[0] as number] : undefined
  const shape = given ?? guessed
  return {
    class_name: 'Sequential',
    config: {
      name: 'sequential',
      ...(shape ? { build_input_shape: shape } : {}),
      layers: layers.map(({ className, config }) => ({
        module: 'keras.layers',
        class_name: className,
        config,
      })),
    },
  }
}

function storeOf(layers: ReadonlyMap<string, FilledLayer | undefined>, file: string): WeightStore {
  return {
    bind: (root, problems) => {
      const children = new Map<string, BoundWeights>()
      for (const child of root.children) {
        const arrays = layers.get(child.key)?.arrays ?? new Map<string, NamedArray>()
        for (const { path, slot } of slotsInOrder(child.node)) {
          const found = arrays.get(path)
          if (found)
            checkShape(
              slot,
              { path: found.place, array: found.array },
              { file, layer: child.key },
              problems,
            )
        }
        children.set(
          child.key,
          boundByPath(child.node, new Map([...arrays].map(([path, { array }]) => [path, array]))),
        )
      }
      return Promise.resolve({ own: new Map(), children })
    },
  }
}
